"""What a whole journey costs, from the account to the PDF, and how long people wait when others walk beside them."""

from tests.bench.candidate_journey import BOTH_DOCUMENTS, TAB
from tests.bench.capacity import OF_A_JOURNEY
from tests.bench.installation import ONE_MACHINE, READING_SECONDS, Installation, Measured, percentile, record_waits
from tests.bench.least_cost import Floor
from tests.bench.record import record

MOST_PROCESSOR, MOST_TIMES_THE_FLOOR = 0.5, 2.5
MOST_TIMES_SLOWER = 8
MOST_SECONDS_TO_BOTH_DOCUMENTS = 2.0
FEW = 4
"""People who keep both processors busy without waiting for each other."""
SOME, MANY = 16, 64
SECONDS = 20.0
SHARE_OF_CAPACITY = 0.8
ARRIVALS = 60


def test_the_floor(floor: Floor) -> None:
    record("floor: bare Flask page behind one hop", floor.page * 1000, "ms")
    record("floor: paper in bare reportlab", floor.paper * 1000, "ms")
    record("floor: argon2 hash", floor.hash * 1000, "ms")
    record("floor: pages, papers and hashes of a journey", floor.journey, "CPU-s")


def test_what_a_journey_costs(installation: Installation, floor: Floor) -> None:
    installation.measure_load(FEW)  # what is loaded at the first call is loaded now
    _cost(installation.label, installation.measure_load(FEW, seconds=SECONDS), floor)


def test_how_long_people_wait(installation: Installation) -> None:
    mode = installation.label
    alone = installation.measure_load(1, seconds=SECONDS)
    record_waits(f"{mode}, 1 person", alone.result)
    busy = installation.measure_load(SOME, seconds=SECONDS)
    record_waits(f"{mode}, {SOME} people", busy.result)
    record(f"{mode}: journeys a minute", busy.a_minute, "")
    crowd = installation.measure_load(MANY, seconds=SECONDS)
    record_waits(f"{mode}, {MANY} people without rest", crowd.result)
    record(f"{mode}, {MANY} people without rest: journeys a minute", crowd.a_minute, "")
    readers = installation.measure_load(MANY, seconds=SECONDS, pause=READING_SECONDS)
    record_waits(f"{mode}, {MANY} people", readers.result)
    slower = percentile(readers.result.seconds[TAB], 95) / percentile(alone.result.seconds[TAB], 95)
    record(f"{mode}, {MANY} people: p95 of a tab over that of one person", slower, "times", aim=MOST_TIMES_SLOWER)
    _documents_in_time(installation, busy.a_minute * SHARE_OF_CAPACITY / 60)


def _cost(mode: str, measured: Measured, floor: Floor) -> None:
    """On one machine all of it is Python; a server's share is its own affair."""
    by_process, on_one_machine = measured.per_journey, mode == ONE_MACHINE
    total = sum(by_process.values())
    record(f"{mode}: a journey", total, "CPU-s", aim=MOST_PROCESSOR if on_one_machine else None)
    over = total / floor.journey
    record(f"{mode}: a journey over the floor", over, "times", aim=MOST_TIMES_THE_FLOOR if on_one_machine else None)
    for name, seconds in by_process.items():
        record(f"{mode}: {OF_A_JOURNEY}{name}", seconds, "CPU-s")
    record(f"{mode}: load generator (not in it)", measured.result.processor / max(measured.result.journeys, 1), "CPU-s")


def _documents_in_time(installation: Installation, per_second: float) -> None:
    """« Enregistrer » to both in « Mes documents »: one candidate after the other, then as many as 80 % of capacity."""
    for load, arrival, people in (("at rest", 0.0, 1), ("at 80 % of capacity", 1 / per_second, ARRIVALS)):
        seconds = 0.0 if people > 1 else SECONDS / 2
        result = installation.measure_load(people, seconds=seconds, arrival=arrival, watches=True).result
        waited = result.seconds[BOTH_DOCUMENTS]
        name = f"{installation.label}, {load}: « Enregistrer » to both documents"
        record(f"{name}: p50", percentile(waited, 50), "s")
        record(f"{name}: p95", percentile(waited, 95), "s", aim=MOST_SECONDS_TO_BOTH_DOCUMENTS)
