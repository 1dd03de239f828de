"""The last evening: many people without rest who register, beside one address that tries passwords without rest."""

from services.contracts.problem_types import TOO_MANY_TRIES
from tests.bench.candidate_journey import PAGE, TAB
from tests.bench.installation import Installation, percentile
from tests.bench.record import record
from tests.bench.visitor import AWAY

PEOPLE, CONNECTIONS, SECONDS = 64, 200, 60.0
MOST_PAGE_SECONDS = 1.5


def test_no_journey_ends_without_a_number(installation: Installation) -> None:
    met = installation.meet_crowd(PEOPLE, CONNECTIONS, SECONDS)
    who = f"{installation.label}, {PEOPLE} people beside {CONNECTIONS} connections of one address"
    print(f"\n{who}: {met.numbers} numbers, without: {met.without or 'none'}, refusals: {met.refusals or 'none'}")
    print(f"to the one address, in {met.lasted:.0f} s: {met.to_strangers}")
    record(f"{who}: numbers a minute", met.numbers / met.lasted * 60, "")
    record(f"{who}: journeys without a number", sum(met.without.values()), "", aim=0)
    record(f"{who}: refusals (503)", sum(met.refusals.values()), "")
    record(f"{who}: refusals that the page did not overcome", ended_by(met.without, AWAY), "", aim=0)
    record(f"{who}: journeys ended by 429", ended_by(met.without, TOO_MANY_TRIES.status), "", aim=0)
    pages = met.seconds[PAGE] + met.seconds[TAB]
    record(f"{who}, a page: p95", percentile(pages, 95), "s", aim=MOST_PAGE_SECONDS)


def ended_by(without: dict[str, int], status: int) -> int:
    return sum(times for answer, times in without.items() if answer.endswith(f": {status}"))
