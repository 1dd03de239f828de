"""Openings as administrators see them, what an incident cut of them, and messages of the home
page."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import FieldError, Invalid, PreconditionFailed, found
from services.contracts.api import administration as api
from services.contracts.api.administration import Messages, PublishedMessage
from services.contracts.api.openings import HomeMessage
from services.contracts.api.operation import answer_of
from services.contracts.registration_rules import ACTIVE, SEVERITIES
from services.french import short_instant
from services.reference.academies import place_in_lists
from services.registrations.domain.date_changes import (
    REASON_MISSING,
    Cut,
    disorder,
    extended,
    losses,
)
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.domain.windows import state
from services.registrations.models import (
    Candidature,
    Draft,
    Incident,
    Message,
    OpeningChange,
    OpeningRow,
)
from services.registrations.queries.catalogue import OPENINGS, exam_in_force, view_of, view_or_none

_CHANGED = "{} : les dates ont été changées entre-temps. Vérifiez celles qui sont affichées."
AnyOpening = TypeVar("AnyOpening", bound=api.OpeningSummary)


def listed_openings(transaction: DbSession, at: datetime) -> api.Openings:
    """Every opening of the catalogue in force: the newest session first, then by académie."""
    rows = transaction.execute(OPENINGS.where(OpeningRow.listed))
    views = (
        (row, change, view_or_none(transaction, row, change, digest))
        for row, change, digest in rows
    )
    summaries = [
        _opening(api.OpeningSummary, row, change, view, at)
        for row, change, view in views
        if view is not None
    ]
    by_academie = sorted(
        summaries, key=lambda summary: (summary.exam, place_in_lists(summary.academie_label))
    )
    newest_first = sorted(by_academie, key=lambda summary: summary.session, reverse=True)
    return api.Openings(openings=tuple(newest_first))


def opening_detail(transaction: DbSession, opening_id: str, at: datetime) -> api.OpeningDetail:
    """Raises NotFound, also for what the catalogue no longer defines."""
    row = transaction.execute(OPENINGS.where(OpeningRow.id == opening_id)).one_or_none()
    opening, change, digest = found(row)
    past_changes = (
        select(OpeningChange)
        .filter_by(opening_id=opening_id)
        .order_by(OpeningChange.revision.desc())
    )
    return _opening(
        api.OpeningDetail,
        opening,
        change,
        view_of(transaction, opening, change, digest),
        at,
        drafts=_number(transaction, Draft.opening_id == opening_id, Draft.closed_at.is_(None)),
        candidatures=_number(
            transaction, Candidature.opening_id == opening_id, Candidature.state == ACTIVE
        ),
        changes=tuple(
            answer_of(api.OpeningChange, past) for past in transaction.scalars(past_changes)
        ),
    )


def opening_moves(
    transaction: DbSession,
    revisions: Mapping[str, int],
    new: Mapping[str, Mapping[str, datetime | None]],
    reason: str,
    at: datetime,
) -> tuple[api.OpeningMove, ...]:
    """What `new` dates (by id; None leaves one as it is) would change of openings that were read
    with these revisions.

    Raises NotFound, PreconditionFailed for what has been changed since, Invalid with every mistake
    of every opening.
    """
    moves: list[api.OpeningMove] = []
    for opening_id in sorted(revisions):
        opening = opening_detail(transaction, opening_id, at)
        given = {name: date for name, date in new[opening_id].items() if date is not None}
        before = answer_of(api.OpeningDates, opening)
        after = answer_of(api.OpeningDates, opening, **given)
        moves.append(
            api.OpeningMove(opening=opening, after=after, losses=tuple(losses(before, after, at)))
        )
    if changed := [move for move in moves if move.opening.revision != revisions[move.opening.id]]:
        raise PreconditionFailed(_CHANGED.format(_labels(changed)))
    _refuse_mistakes(moves, reason)
    return tuple(sorted(moves, key=lambda move: place_in_lists(move.opening.academie_label)))


def revisions_of(openings: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """By id, those with which they were read."""
    return {opening["id"]: opening["revision"] for opening in openings}


def moves_to(
    transaction: DbSession,
    openings: Iterable[Mapping[str, Any]],
    reason: str,
    confirmed: bool,
    at: datetime,
    **new: Any,
) -> list[api.OpeningMove]:
    """What the same new dates for all of these would change, `confirmed` or not. Raises as
    `opening_moves`."""
    revisions = revisions_of(openings)
    return list(opening_moves(transaction, revisions, dict.fromkeys(revisions, new), reason, at))


def incident_moves(
    transaction: DbSession,
    begins: datetime,
    ends: datetime,
    periods: Collection[str],
    at: datetime,
    **texts: str,
) -> list[api.OpeningMove]:
    """What an incident that cut `periods` within [begins, ends) would change by the rules of the
    exams, whatever its `texts`: of the openings of sessions that are not closed at `at`. Raises
    Invalid for instants out of order, for those that are noted, and where it cut nothing."""
    if noted := noted_incident(transaction, begins, ends):
        raise already_noted(noted)
    cut = Cut(begins, ends, frozenset(periods))
    moves = list[api.OpeningMove]()
    for opening in listed_openings(transaction, at).openings:
        exam = exam_in_force(transaction, opening.exam)
        exam_session = found(exam.session(opening.session))
        before = answer_of(api.OpeningDates, opening)
        after = extended(before, cut, exam.extension_days, exam_session.closes, at)
        if after != before:
            moves.append(
                api.OpeningMove(
                    opening=opening_detail(transaction, opening.id, at), after=after, losses=()
                )
            )
    if not moves:
        raise Invalid("Aucune période à prolonger : aucune n'était ouverte pendant cet incident.")
    return moves


def noted_incident(transaction: DbSession, begins: datetime, ends: datetime) -> Incident | None:
    """That of these instants. Raises Invalid where they are out of order."""
    if begins >= ends:
        raise Invalid.in_field("ends", "La fin de l'incident doit suivre son début.")
    return transaction.scalar(select(Incident).filter_by(begins=begins, ends=ends))


def already_noted(incident: Incident) -> Invalid:
    when = short_instant(incident.noted_at)
    return Invalid(
        f"Cet incident est déjà noté : les périodes qu'il a coupées ont été prolongées le {when}."
    )


def _refuse_mistakes(moves: Sequence[api.OpeningMove], reason: str) -> None:
    """A mistake that several openings have is told once, with their académies."""
    of: dict[FieldError, list[api.OpeningMove]] = {}
    for move in moves:
        for mistake in disorder(move.after):
            of.setdefault(mistake, []).append(move)
    errors = [
        FieldError(error.pointer, f"{_labels(those)} : {error.detail}")
        for error, those in of.items()
    ]
    errors += [] if moves else [FieldError("#/openings", "Choisissez une académie au moins.")]
    errors += [] if reason.strip() else [REASON_MISSING]
    if errors:
        raise Invalid(errors=tuple(errors))
    if all(move.after == answer_of(api.OpeningDates, move.opening) for move in moves):
        raise Invalid("Aucune date n'a été changée.")


def _labels(moves: Sequence[api.OpeningMove]) -> str:
    return ", ".join(sorted((move.opening.academie_label for move in moves), key=place_in_lists))


def _opening(
    answer: type[AnyOpening],
    opening: OpeningRow,
    change: OpeningChange | None,
    view: OpeningView,
    at: datetime,
    **others: Any,
) -> AnyOpening:
    return answer_of(
        answer,
        view.opening,
        opening,
        exam_label=view.exam.label,
        session_label=view.session.label,
        academie_label=view.opening.label,
        state=state(view.opening, at),
        moved=change is not None,
        compared=opening.looked_through is None,
        **others,
    )


def _number(transaction: DbSession, *conditions: Any) -> int:
    return transaction.scalar(select(func.count()).where(*conditions)) or 0


def shown_messages(transaction: DbSession, at: datetime) -> list[HomeMessage]:
    """Messages within [shown_from, shown_until), the most severe first."""
    rows = transaction.scalars(
        select(Message)
        .where(Message.shown_from <= at, Message.shown_until > at)
        .order_by(Message.shown_from)
    )
    messages = sorted(rows, key=lambda row: SEVERITIES.index(row.severity), reverse=True)
    return [answer_of(HomeMessage, row) for row in messages]


def all_messages(transaction: DbSession) -> Messages:
    """Every message not withdrawn, whatever its dates, the latest first."""
    rows = transaction.scalars(select(Message).order_by(Message.shown_from.desc()))
    return Messages(messages=tuple(answer_of(PublishedMessage, row) for row in rows))
