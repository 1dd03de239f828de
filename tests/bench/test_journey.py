"""What a whole journey costs, from the account to the PDF, how long people wait when others walk
beside them, and the last evening: many people without rest who register, beside one address that
tries passwords without rest."""

from services.contracts.problem_types import TOO_MANY_TRIES
from tests.bench.candidate_journey import BOTH_DOCUMENTS, PAGE, TAB
from tests.bench.installation import (
    ONE_MACHINE,
    READING_SECONDS,
    Installation,
    percentile,
    record_waits,
)
from tests.bench.least_cost import Floor
from tests.bench.record import OF_A_JOURNEY, record
from tests.bench.visitor import AWAY

MOST_PROCESSOR = 0.5
MOST_TIMES_THE_FLOOR = 2.5
MOST_TIMES_SLOWER = 8
MOST_SECONDS_TO_BOTH_DOCUMENTS = 2.0
MOST_PAGE_SECONDS = 1.5
FEW = 4
"""People who keep both processors busy without waiting for each other."""
SOME = 16
MANY = 64
SECONDS = 20.0
SHARE_OF_CAPACITY = 0.8
ARRIVALS = 60
STRANGERS = 200
CROWD_SECONDS = 60.0


def test_the_floor(floor: Floor) -> None:
    record("floor: bare Flask page behind one hop", floor.page * 1000, "ms")
    record("floor: paper in bare reportlab", floor.paper * 1000, "ms")
    record("floor: argon2 hash", floor.hash * 1000, "ms")
    record("floor: pages, papers and hashes of a journey", floor.journey, "CPU-s")


def test_what_a_journey_costs(installation: Installation, floor: Floor) -> None:
    """On one machine all of it is Python; a server's share is its own affair."""
    installation.measure_load(FEW)  # what is loaded at the first call is loaded now
    mode = installation.label
    measured = installation.measure_load(FEW, seconds=SECONDS)
    journeys = max(measured.journeys, 1)
    by_process = {name: seconds / journeys for name, seconds in measured.used.items()}
    total = sum(by_process.values())
    on_one_machine = mode == ONE_MACHINE
    record(f"{mode}: a journey", total, "CPU-s", aim=MOST_PROCESSOR if on_one_machine else None)
    over = total / floor.journey
    record(
        f"{mode}: a journey over the floor",
        over,
        "times",
        aim=MOST_TIMES_THE_FLOOR if on_one_machine else None,
    )
    for name, seconds in by_process.items():
        record(f"{mode}: {OF_A_JOURNEY}{name}", seconds, "CPU-s")
    record(f"{mode}: load generator (not in it)", measured.processor / journeys, "CPU-s")


def test_how_long_people_wait(installation: Installation) -> None:
    mode = installation.label
    alone = installation.measure_load(1, seconds=SECONDS)
    record_waits(f"{mode}, 1 person", alone)
    busy = installation.measure_load(SOME, seconds=SECONDS)
    record_waits(f"{mode}, {SOME} people", busy)
    record(f"{mode}: journeys a minute", busy.a_minute, "")
    crowd = installation.measure_load(MANY, seconds=SECONDS)
    record_waits(f"{mode}, {MANY} people without rest", crowd)
    record(f"{mode}, {MANY} people without rest: journeys a minute", crowd.a_minute, "")
    readers = installation.measure_load(MANY, seconds=SECONDS, pause=READING_SECONDS)
    record_waits(f"{mode}, {MANY} people", readers)
    slower = percentile(readers.seconds[TAB], 95) / percentile(alone.seconds[TAB], 95)
    record(
        f"{mode}, {MANY} people: p95 of a tab over that of one person",
        slower,
        "times",
        aim=MOST_TIMES_SLOWER,
    )
    _documents_in_time(installation, busy.a_minute * SHARE_OF_CAPACITY / 60)


def _documents_in_time(installation: Installation, per_second: float) -> None:
    """« Enregistrer » to both in « Mes documents »: one candidate after the other, then as many as
    80 % of capacity."""
    for load, arrival, people in (
        ("at rest", 0.0, 1),
        ("at 80 % of capacity", 1 / per_second, ARRIVALS),
    ):
        given = {
            "seconds": 0.0 if people > 1 else SECONDS / 2,
            "arrival": arrival,
            "watches": True,
        }
        waited = installation.measure_load(people, **given).seconds[BOTH_DOCUMENTS]
        name = f"{installation.label}, {load}: « Enregistrer » to both documents"
        record(f"{name}: p50", percentile(waited, 50), "s")
        record(f"{name}: p95", percentile(waited, 95), "s", aim=MOST_SECONDS_TO_BOTH_DOCUMENTS)


def test_no_journey_ends_without_a_number(installation: Installation) -> None:
    met = installation.meet_crowd(MANY, STRANGERS, CROWD_SECONDS)
    who = f"{installation.label}, {MANY} people beside {STRANGERS} connections of one address"
    print(
        f"\n{who}: {met.journeys} numbers, without: {met.without or 'none'}, refusals: "
        f"{met.errors or 'none'}"
    )
    print(f"to the one address, in {met.lasted:.0f} s: {met.to_strangers}")
    record(f"{who}: numbers a minute", met.a_minute, "")
    record(f"{who}: journeys without a number", sum(met.without.values()), "", aim=0)
    record(f"{who}: refusals (503)", sum(met.errors.values()), "")
    record(
        f"{who}: refusals that the page did not overcome", _ended_by(met.without, AWAY), "", aim=0
    )
    record(
        f"{who}: journeys ended by 429", _ended_by(met.without, TOO_MANY_TRIES.status), "", aim=0
    )
    pages = met.seconds[PAGE] + met.seconds[TAB]
    record(f"{who}, a page: p95", percentile(pages, 95), "s", aim=MOST_PAGE_SECONDS)


def _ended_by(without: dict[str, int], status: int) -> int:
    return sum(times for answer, times in without.items() if answer.endswith(f": {status}"))
