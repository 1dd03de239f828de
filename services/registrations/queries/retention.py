"""Reads which data of which session are due to be erased, and when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session as DbSession

from services.contracts.api import retention as api
from services.contracts.retention import CANDIDATURES, OF_A_SESSION, Kind, Period, retention
from services.registrations.models import Candidature, OpeningRow, RetentionHold, RetentionStep
from services.registrations.queries.catalogue import exam_in_force

_HOLDS_SOME = exists().where(Candidature.opening_id == OpeningRow.id)


def held_session(
    transaction: DbSession, opening: OpeningRow, *, lock: bool = False
) -> RetentionHold | None:
    """Return why nothing of the opening's session is erased, if it is held back; with `lock` it
    stays so until the commit."""
    return transaction.get(RetentionHold, (opening.exam, opening.session), with_for_update=lock)


def due_steps(transaction: DbSession, now: datetime) -> Sequence[tuple[str, str]]:
    """Return the openings (by id) and kinds of data to be erased by `now`, without what is done.
    Raises RetentionError."""
    ended = select(RetentionStep.opening_id, RetentionStep.kind).where(
        RetentionStep.ended_at.is_not(None)
    )
    done = {(opening_id, kind) for opening_id, kind in transaction.execute(ended)}
    closed = select(OpeningRow).where(OpeningRow.session_closes <= now, _HOLDS_SOME)
    openings = transaction.scalars(closed.order_by(OpeningRow.session_closes, OpeningRow.id)).all()
    return [
        (opening.id, kind)
        for opening in openings
        for kind in _kinds_due(opening, now)
        if (opening.id, kind) not in done
    ]


def to_archive(transaction: DbSession, now: datetime) -> set[str]:
    """Return the ids of openings whose candidatures are no longer active at that instant. Raises
    RetentionError."""
    active = retention().kind(CANDIDATURES).active
    return set(
        transaction.scalars(
            select(OpeningRow.id).where(OpeningRow.session_closes <= active.before(now))
        )
    )


def erased_on(opening: OpeningRow, kind: Kind) -> datetime:
    """Return from when data of that kind of the opening's session are to be erased: by the
    session's file, else by the kind."""
    own = dict(opening.options.retention).get(kind.code)
    if own:
        return Period(own).after(opening.session_closes)
    return kind.erased_from(opening.session_closes)


def _kinds_due(opening: OpeningRow, now: datetime) -> Sequence[str]:
    """Return the kinds of data of an opening that are due: candidatures alone once they are, with
    which the others go."""
    due = [code for code in OF_A_SESSION if erased_on(opening, retention().kind(code)) <= now]
    return [CANDIDATURES] if CANDIDATURES in due else due


def plan(transaction: DbSession, until: datetime) -> api.RetentionPlan:
    """Return what is to be erased by that instant, or is held back, by session and kind. Raises
    RetentionError."""
    steps = {(row.opening_id, row.kind): row for row in transaction.scalars(select(RetentionStep))}
    openings = select(OpeningRow).where(OpeningRow.session_closes <= until, _HOLDS_SOME)
    planned: dict[tuple[datetime, str, str, str], api.PlannedErasure] = {}
    for opening in transaction.scalars(openings):
        hold = held_session(transaction, opening)
        for kind in map(retention().kind, OF_A_SESSION):
            step = steps.get((opening.id, kind.code))
            due_at = erased_on(opening, kind)
            is_over = step is not None and step.ended_at is not None
            if (due_at > until and hold is None) or is_over:
                continue
            key = (due_at, opening.exam, opening.session, kind.code)
            of_opening = _planned_erasure(transaction, opening, kind, step, hold)
            known = planned.get(key)
            planned[key] = _together(known, of_opening) if known else of_opening
    return api.RetentionPlan(until=until, erasures=tuple(planned[key] for key in sorted(planned)))


def _planned_erasure(
    transaction: DbSession,
    opening: OpeningRow,
    kind: Kind,
    step: RetentionStep | None,
    hold: RetentionHold | None,
) -> api.PlannedErasure:
    """Return what is to be erased of one opening. `step`: how far that has come."""
    left = select(func.count()).where(
        Candidature.opening_id == opening.id, Candidature.id > (step.through if step else "")
    )
    return api.PlannedErasure(
        exam=opening.exam,
        session=opening.session,
        exam_label=exam_in_force(transaction, opening.exam).label,
        session_label=_session_label(transaction, opening),
        kind=kind.code,
        kind_label=kind.label,
        due_at=erased_on(opening, kind),
        candidatures=transaction.scalar(left) or 0,
        erased=step.erased if step else 0,
        hold=api.Hold(reason=hold.reason, held_at=hold.held_at) if hold else None,
    )


def _together(known: api.PlannedErasure, more: api.PlannedErasure) -> api.PlannedErasure:
    """Return what is to be erased of two parts of the same session."""
    return replace(
        known,
        candidatures=known.candidatures + more.candidatures,
        erased=known.erased + more.erased,
    )


def _session_label(transaction: DbSession, opening: OpeningRow) -> str:
    """Return the label of the opening's session; its code, where the catalogue has dropped it."""
    known = exam_in_force(transaction, opening.exam).session(opening.session)
    return known.label if known else opening.session
