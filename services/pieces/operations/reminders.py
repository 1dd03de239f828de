"""Reminds candidates of missing pieces: by the ladder of their session, and by hand for a selection.

Each reminder is recorded in the transaction of its event, with the candidatures locked: a deposit comes before it or
after it, and a job that dies in the middle repeats nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.clock import iso_utc
from services.chassis.database.audit import Actor
from services.chassis.events import publish
from services.contracts.pieces import IncompleteCandidature, MissingGroup, MissingPiece, PiecesReminded
from services.pieces.domain.missing_pieces import MissingPart, Rung, due_rungs
from services.pieces.models import AuditEntry, Candidature, Reminder
from services.pieces.queries.incomplete_candidatures import (
    Incomplete,
    by_candidate,
    candidatures_of_candidates,
    incomplete_among,
    refused_since,
)

_JOB = Actor("service", "pieces")
Recorded = set[tuple[str, Rung]]


def remind_by_ladder(session: Session, candidature_ids: Sequence[str], at: datetime) -> int:
    """Remind the candidates of these candidatures of all that they lack, where a rung is due and was not sent.

    Returns how many were reminded. To be called in a transaction.
    """
    lock_candidatures(session, candidature_ids)
    concerned = [lacking for lacking in _incomplete(session, candidature_ids, at) if _has_ladder(lacking)]
    due = _due(session, concerned, at)
    if not due:
        return 0
    # One mail each: whatever else they lack, in other candidatures too, is in it.
    others = candidatures_of_candidates(session, {lacking.candidature.candidate_id for lacking, _ in due})
    lock_candidatures(session, set(others).difference(candidature_ids))
    incomplete = _incomplete(session, others, at)
    rungs = {lacking.candidature.id: rungs for lacking, rungs in _due(session, incomplete, at)}
    reminded = 0
    for of_candidate in _grouped_by_candidate(incomplete):
        if any(lacking.candidature.id in rungs for lacking in of_candidate):
            event_id = publish_reminder(session, of_candidate, at)
            for lacking in of_candidate:
                _record_rungs(session, lacking, rungs.get(lacking.candidature.id, ()), event_id, at)
            reminded += 1
    return reminded


def remind_by_hand(session: Session, incomplete: Sequence[Incomplete], staff_id: str, at: datetime) -> None:
    """Remind the candidates of these candidatures, one mail each. To be called in a transaction, with them locked."""
    for of_candidate in _grouped_by_candidate(incomplete):
        event_id = publish_reminder(session, of_candidate, at)
        for lacking in of_candidate:
            for group_code, until, _ in lacking.parts():
                session.add(_reminder(lacking, group_code, until, None, event_id, at, staff_id))
            _audit(session, Actor("staff", staff_id), lacking, event_id)


def lock_candidatures(session: Session, candidature_ids: Collection[str]) -> None:
    """Until the end of the transaction nobody deposits for them, or reminds of them."""
    query = select(Candidature.id).where(Candidature.id.in_(candidature_ids)).order_by(Candidature.id)
    session.execute(query.with_for_update()).all()


def publish_reminder(session: Session, incomplete: Sequence[Incomplete], at: datetime) -> str:
    """The event of a reminder of one candidate, with all these candidatures; returns its id."""
    event = PiecesReminded(
        candidate_id=incomplete[0].candidature.candidate_id,
        reminded_at=iso_utc(at),
        candidatures=tuple(map(contract_of, incomplete)),
    )
    return publish(session, event, subject=event.candidate_id)


def contract_of(incomplete: Incomplete) -> IncompleteCandidature:
    """A candidature as events hold it."""
    candidature = incomplete.candidature
    groups = tuple(
        MissingGroup(
            label=pieces[0].piece.group_label,
            deposit_closes=iso_utc(until),
            pieces=tuple(
                MissingPiece(
                    missing.piece.code,
                    missing.piece.label,
                    missing.refused,
                    missing.piece.status_comment if missing.refused else None,
                )
                for missing in pieces
            ),
        )
        for _, until, pieces in incomplete.parts()
    )
    return IncompleteCandidature(candidature.id, candidature.version, groups)


def _incomplete(session: Session, candidature_ids: Collection[str], at: datetime) -> list[Incomplete]:
    return incomplete_among(session, candidature_ids, None, at)


def _has_ladder(lacking: Incomplete) -> bool:
    return bool(lacking.window and lacking.window.options.reminder_days)


def _due(session: Session, incomplete: Sequence[Incomplete], at: datetime) -> list[tuple[Incomplete, frozenset[Rung]]]:
    """Those with rungs that are due and not recorded, with these rungs."""
    controlled = refused_since(session, incomplete)
    recorded = _recorded(session, [lacking.candidature.id for lacking in incomplete])
    due = []
    for lacking in incomplete:
        ladder = lacking.window.options.reminder_days if lacking.window else ()
        rungs = due_rungs(_parts(lacking, controlled), ladder, at)
        if new := frozenset(rung for rung in rungs if (lacking.candidature.id, rung) not in recorded):
            due.append((lacking, new))
    return due


def _parts(lacking: Incomplete, controlled: dict[str, datetime]) -> Iterator[MissingPart]:
    for group_code, until, pieces in lacking.parts():
        since = max(controlled.get(missing.piece.id, lacking.candidature.saved_at) for missing in pieces)
        yield MissingPart(group_code, until, since)


def _recorded(session: Session, candidature_ids: Collection[str]) -> Recorded:
    query = select(Reminder).where(Reminder.candidature_id.in_(candidature_ids), Reminder.days.is_not(None))
    return {
        (row.candidature_id, Rung(row.group_code, row.deadline, row.days))
        for row in session.scalars(query)
        if row.days is not None
    }


def _record_rungs(session: Session, lacking: Incomplete, rungs: Collection[Rung], event_id: str, at: datetime) -> None:
    for rung in rungs:
        session.add(_reminder(lacking, rung.group_code, rung.deadline, rung.days, event_id, at, None))
    _audit(session, _JOB, lacking, event_id)


def _reminder(
    lacking: Incomplete,
    group_code: str,
    until: datetime,
    days: int | None,
    event_id: str,
    at: datetime,
    staff_id: str | None,
) -> Reminder:
    return Reminder(
        candidature_id=lacking.candidature.id,
        group_code=group_code,
        deadline=until,
        days=days,
        reminded_at=at,
        staff_id=staff_id,
        event_id=event_id,
    )


def _audit(session: Session, actor: Actor, lacking: Incomplete, event_id: str) -> None:
    after = {"event_id": event_id, "pieces": [missing.piece.code for missing in lacking.pieces]}
    AuditEntry.record(session, actor, "candidature.reminded", lacking.candidature.id, after=after)


def _grouped_by_candidate(incomplete: Sequence[Incomplete]) -> Iterator[list[Incomplete]]:
    for _, of_candidate in groupby(sorted(incomplete, key=by_candidate), key=by_candidate):
        yield list(of_candidate)
