"""Records how long people waited, by step of the journey."""

from __future__ import annotations

from math import ceil

from tests.bench.load import LoadResult
from tests.bench.record import record

READING_SECONDS = 1.0
"""Pause of each person before the next page; nobody reads faster. Without it each person waits for all the others,
whatever the pages cost."""
PERCENTS = (50, 95, 99)


def record_waits(who: str, result: LoadResult) -> None:
    print(f"\n{who}: {result.journeys} journeys in {result.lasted:.0f} s, errors: {result.errors or 'none'}")
    for step, seconds in sorted(result.seconds.items()):
        for percent in PERCENTS:
            record(f"{who}, {step}: p{percent}", percentile(seconds, percent) * 1000, "ms")
    record(f"{who}: errors", sum(result.errors.values()), "", aim=0)


def percentile(values: list[float], percent: int) -> float:
    """The nearest-rank percentile."""
    return sorted(values)[ceil(len(values) * percent / 100) - 1]
