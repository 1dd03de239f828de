"""« Vérifier un document »: who guesses codes is slowed down, by their address and all together. System time."""

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from services.chassis.clock import system_now
from services.chassis.errors import Invalid, TooMany
from services.chassis.quotas import Quota, count_in_window
from services.contracts.api.verification import State, Verdict
from services.documents.dependencies import Dependencies
from services.documents.domain.proofs import CODE_LENGTH, code_in, shown
from services.documents.models import UnknownCodes, db
from services.documents.queries.documents import verdict_on

WINDOW = timedelta(hours=1)
OF_SOURCE, IN_ALL = Quota(30, WINDOW), Quota(3000, WINDOW)
"""Unknown codes. A code has 60 bits: with ten million papers, one guess in a hundred thousand million finds one."""
NO_CODE = (
    f"Un code a {CODE_LENGTH} signes, chiffres et lettres, par exemple ABCD-EFGH-JKLM. Il n'a ni 0, ni 1, ni I, ni O."
)
SLOWED_DOWN = "Trop de codes inconnus ont été saisis. Réessayez plus tard."
_IN_ALL = "in-all"


def verify(dependencies: Dependencies, typed: str, source: str) -> Verdict:
    """What became of the paper of the code that was typed. Raises Invalid for what is no code, TooMany once too many
    unknown ones came from `source` (a network address), or from all."""
    code = code_in(typed)
    if code is None:
        raise Invalid.in_field("code", NO_CODE)
    counters = {dependencies.paper_keys.trace_of(source): OF_SOURCE, _IN_ALL: IN_ALL}
    _refuse_beyond(counters)
    if verdict := verdict_on(code):
        return verdict
    for trace, quota in counters.items():
        _count(trace, quota)
    return Verdict(code=shown(code), state=State.UNKNOWN)


def _refuse_beyond(counters: dict[str, Quota]) -> None:
    with db.reading() as session:
        rows = [session.get(UnknownCodes, trace) for trace in counters]
    known = [(row, quota) for row, quota in zip(rows, counters.values(), strict=True) if row]
    waits = [count_in_window(row.count, row.since, quota, system_now())[2] for row, quota in known]
    if wait := max(waits, default=0):
        raise TooMany(SLOWED_DOWN, retry_after=wait)


def _count(trace: str, quota: Quota) -> None:
    """One that was added at the same moment by another request is not counted twice."""
    with suppress(IntegrityError), db.operation() as session:
        row = session.get(UnknownCodes, trace, with_for_update=True)
        count, since, _ = count_in_window(row.count if row else 0, row and row.since, quota, system_now())
        if row is None:
            session.add(UnknownCodes(trace=trace, count=count, since=since))
        else:
            row.count, row.since = count, since


def purge() -> None:
    """Delete counters that have no effect any more."""
    with db.operation() as session:
        session.execute(delete(UnknownCodes).where(UnknownCodes.since < system_now() - WINDOW))
