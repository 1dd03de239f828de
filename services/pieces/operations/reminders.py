"""Reminds candidates of what their candidatures lack: by a rung of their session's ladder, or when
a member of staff asks for it.

Each reminder is recorded in the transaction of its event, with the candidatures locked: a deposit
comes before it or after it, and a job that dies in the middle repeats nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.database.audit import Actor
from services.chassis.events import publish
from services.clock import iso_utc
from services.contracts import pieces as contracts
from services.pieces.domain.missing_pieces import due_rung
from services.pieces.models import AuditEntry, Reminder
from services.pieces.queries import incomplete_candidatures as queries
from services.pieces.queries.incomplete_candidatures import Incomplete
from services.pieces.queries.locks import lock_candidatures


@dataclass(frozen=True)
class Reminded:
    """What a reminder is recorded of: a regroupement, by its exclusive deadline. `days` before that
    one: the rung of the ladder; None where a member of staff reminds."""

    group_code: str
    deadline: datetime
    days: int | None = None


def remind_by_ladder(transaction: Session, candidature_ids: Sequence[str], at: datetime) -> int:
    """Remind the candidates of these candidatures of all that they lack, in other candidatures too,
    where a rung is due and was not sent: one mail each.

    Return how many were reminded. To be called in a transaction.
    """
    of_candidates = queries.with_others_of_candidates(transaction, candidature_ids)
    lock_candidatures(transaction, of_candidates)
    incomplete = queries.incomplete_among(transaction, of_candidates, None, at)
    due = _due(transaction, incomplete, at)
    reminded = {
        lacking.candidature.candidate_id for lacking in incomplete if lacking.candidature.id in due
    }
    to_remind = [lacking for lacking in incomplete if lacking.candidature.candidate_id in reminded]
    remind(transaction, to_remind, due, Actor("service", "pieces"), at)
    return len(reminded)


def remind(
    transaction: Session,
    incomplete: Sequence[Incomplete],
    recorded_of: Mapping[str, Sequence[Reminded]],
    actor: Actor,
    at: datetime,
) -> None:
    """Remind the candidates of these candidatures, one mail each. `recorded_of`: what it counts
    for, by candidature."""
    for candidate_id, group in groupby(
        sorted(incomplete, key=queries.by_candidate), key=queries.by_candidate
    ):
        of_candidate = list(group)
        event = contracts.PiecesReminded(
            candidate_id=candidate_id,
            reminded_at=iso_utc(at),
            candidatures=tuple(contract_of(lacking) for lacking in of_candidate),
        )
        event_id = publish(transaction, event, subject=candidate_id)
        for lacking in of_candidate:
            for reminded in recorded_of.get(lacking.candidature.id, ()):
                transaction.add(_row(lacking, reminded, actor, event_id, at))
            _note_in_trail(transaction, lacking, actor, event_id)


def _row(
    lacking: Incomplete, reminded: Reminded, actor: Actor, event_id: str, at: datetime
) -> Reminder:
    return Reminder(
        candidature_id=lacking.candidature.id,
        group_code=reminded.group_code,
        deadline=reminded.deadline,
        days=reminded.days,
        reminded_at=at,
        staff_id=actor.id if actor.kind == "staff" else None,
        event_id=event_id,
    )


def _note_in_trail(transaction: Session, lacking: Incomplete, actor: Actor, event_id: str) -> None:
    AuditEntry.record(
        transaction,
        actor,
        "candidature.reminded",
        lacking.candidature.id,
        after={"event_id": event_id, "pieces": [missing.piece.code for missing in lacking.pieces]},
    )


def contract_of(incomplete: Incomplete) -> contracts.IncompleteCandidature:
    """Return a candidature as events hold it."""
    return contracts.IncompleteCandidature(
        candidature_id=incomplete.candidature.id,
        version=incomplete.candidature.version,
        groups=tuple(_missing_group(part) for part in incomplete.parts()),
    )


def _missing_group(part: queries.MissingPart) -> contracts.MissingGroup:
    return contracts.MissingGroup(
        label=part.group_label,
        deposit_closes=iso_utc(part.deadline),
        pieces=tuple(_missing_piece(missing) for missing in part.pieces),
    )


def _missing_piece(missing: queries.MissingPiece) -> contracts.MissingPiece:
    return contracts.MissingPiece(
        code=missing.piece.code,
        label=missing.piece.label,
        refused=missing.refused,
        comment=missing.comment,
        to_validate=missing.to_validate,
        asked_again_for=missing.piece.asked_again_for,
    )


def _due(
    transaction: Session, incomplete: Sequence[Incomplete], at: datetime
) -> dict[str, list[Reminded]]:
    """Return the rungs that are due and not recorded, by candidature."""
    concerned = [
        lacking for lacking in incomplete if lacking.window and lacking.window.options.reminder_days
    ]
    refused = queries.refused_since(transaction, concerned)
    recorded = _recorded_rungs(transaction, [lacking.candidature.id for lacking in concerned])
    due: dict[str, list[Reminded]] = {}
    for lacking in concerned:
        for rung in _due_rungs(lacking, refused, at):
            if (lacking.candidature.id, rung) not in recorded:
                due.setdefault(lacking.candidature.id, []).append(rung)
    return due


def _due_rungs(
    lacking: Incomplete, refused: Mapping[str, datetime], at: datetime
) -> Iterator[Reminded]:
    """Yield the rungs that are due of a candidature. `refused`: when pieces were, by id."""
    ladder = lacking.window.options.reminder_days if lacking.window else ()
    for part in lacking.parts():
        # A deposit ends the ladder.
        owed = [missing.piece.id for missing in part.pieces if not missing.to_validate]
        if not owed:
            continue
        since = max(refused.get(piece_id, lacking.candidature.saved_at) for piece_id in owed)
        days = due_rung(part.deadline, since, ladder, at)
        if days is not None:
            yield Reminded(part.group_code, part.deadline, days)


def _recorded_rungs(
    transaction: Session, candidature_ids: Collection[str]
) -> set[tuple[str, Reminded]]:
    """Return the rungs of these candidatures that were sent, each with the candidature's id."""
    query = select(Reminder).where(
        Reminder.candidature_id.in_(candidature_ids), Reminder.days.is_not(None)
    )
    return {
        (row.candidature_id, Reminded(row.group_code, row.deadline, row.days))
        for row in transaction.scalars(query)
    }
