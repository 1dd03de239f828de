"""How long people waited, step by step."""

from __future__ import annotations

from math import ceil

from tests.bench.load import Met
from tests.bench.record import record

READING_SECONDS = 1.0
"""What each of many rests before he asks for the next page; nobody reads faster. Without a rest each of them waits for
all the others, whatever the pages cost."""
PERCENTS = (50, 95, 99)


def record_waits(who: str, met: Met) -> None:
    print(f"\n{who}: {met.journeys} journeys in {met.lasted:.0f} s, errors: {met.errors or 'none'}")
    for step, seconds in sorted(met.seconds.items()):
        for percent in PERCENTS:
            record(f"{who}, {step}: p{percent}", percentile(seconds, percent) * 1000, "ms")
    record(f"{who}: errors", sum(met.errors.values()), "", aim=0)


def percentile(values: list[float], percent: int) -> float:
    """Of those measured, the one that so many percent do not exceed."""
    return sorted(values)[ceil(len(values) * percent / 100) - 1]
