"""« Vérifier un document »: who guesses codes is slowed down, by their address and all together.
System time."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from services.chassis.errors import Invalid, TooMany
from services.chassis.quotas import Quota, count_in_window
from services.clock import system_now
from services.contracts.api.verification import State, Verdict
from services.documents.dependencies import Dependencies
from services.documents.domain.proofs import CODE_LENGTH, code_in, shown
from services.documents.models import UnknownCodes, db
from services.documents.queries.documents import paper_of, verdict_on

WINDOW = timedelta(hours=1)
OF_SOURCE = Quota(30, WINDOW)
IN_ALL = Quota(3000, WINDOW)
OF_SOURCE_BEYOND = Quota(1, WINDOW)
"""Unknown codes; beyond IN_ALL those who hold a paper still learn of it, unless an unknown one came
from their address. A code has 60 bits: with ten million papers, one guess in a hundred thousand
million finds one."""
NO_CODE = (
    f"Un code a {CODE_LENGTH} signes, chiffres et lettres, par exemple ABCD-EFGH-JKLM. Il n'a ni "
    "0, ni 1, ni I, ni O."
)
SLOWED_DOWN = "Trop de codes inconnus ont été saisis. Réessayez plus tard."
_IN_ALL = "in-all"


def verify(dependencies: Dependencies, code: str, source: str) -> Verdict:
    """Tell what became of the paper of the `code` that was typed.

    Raises Invalid for what is no code, TooMany once too many unknown ones came from `source` (a
    network address), or from all.
    """
    read = code_in(code)
    if read is None:
        raise Invalid.in_field("code", NO_CODE)
    trace = dependencies.paper_keys.trace_of(source)
    wait_of_all = _wait(_IN_ALL, IN_ALL)
    quota = OF_SOURCE_BEYOND if wait_of_all else OF_SOURCE
    wait = max(_wait(trace, quota), _wait(dependencies.paper_keys.former_trace_of(source), quota))
    if wait:
        raise TooMany(SLOWED_DOWN, retry_after=wait)
    if paper := paper_of(read):
        return verdict_on(paper, dependencies.registrations.standing(paper.candidature_id))
    _count(trace, quota)
    if wait_of_all:
        raise TooMany(SLOWED_DOWN, retry_after=wait_of_all)
    _count(_IN_ALL, IN_ALL)
    return Verdict(code=shown(read), state=State.UNKNOWN)


def _wait(trace: str, quota: Quota) -> int:
    """Return how many seconds a count makes who asks wait; 0 where there is no need to."""
    with db.reading() as transaction:
        row = transaction.get(UnknownCodes, trace)
    return count_in_window(row.count, row.since, quota, system_now())[2] if row else 0


def _count(trace: str, quota: Quota) -> None:
    """Count an unknown code. One that is added at the same moment by another request is not
    counted twice."""
    with suppress(IntegrityError), db.operation() as transaction:
        row = transaction.get(UnknownCodes, trace, with_for_update=True)
        count, since, _ = count_in_window(
            row.count if row else 0, row and row.since, quota, system_now()
        )
        transaction.merge(UnknownCodes(trace=trace, count=count, since=since))


def purge() -> None:
    """Delete counters that have no effect any more."""
    with db.operation() as transaction:
        transaction.execute(delete(UnknownCodes).where(UnknownCodes.since < system_now() - WINDOW))
