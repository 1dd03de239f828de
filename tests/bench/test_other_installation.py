"""Another installation measured from outside: `make bench URL=… MAILS=…` (docs/capacity.md says
how).

SESSION and ACADEMIE say where an opening is, DOMAIN whose addresses are invented, PEOPLE how many
walk at once.
"""

import os
from dataclasses import replace

import pytest

from tests.bench.installation import READING_SECONDS, record_waits, run_load_process
from tests.bench.load import Load
from tests.bench.record import record

SECONDS = 30.0
URL = os.environ.get("URL", "")


@pytest.mark.skipif(not URL, reason="measures the installation that URL names")
@pytest.mark.parametrize(
    "people", [int(word) for word in os.environ.get("PEOPLE", "1,16,64").split(",")]
)
def test_the_whole_journey_from_outside(people: int) -> None:
    load = Load(
        URL,
        os.environ.get("MAILS", ""),
        people,
        SECONDS,
        pause=0.0 if people == 1 else READING_SECONDS,
    )
    given = {
        name.lower(): os.environ[name]
        for name in ("SESSION", "ACADEMIE", "DOMAIN")
        if os.environ.get(name)
    }
    result = run_load_process(replace(load, **given))  # type: ignore[arg-type]
    who = f"{URL}, {people} {'person' if people == 1 else 'people'}"
    record_waits(who, result)
    record(f"{who}: journeys a minute", result.a_minute, "")
    record(f"{who}: load generator", result.processor / max(result.journeys, 1), "CPU-s a journey")
