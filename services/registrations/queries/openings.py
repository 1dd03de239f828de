"""Openings as administrators see them, what an incident cut of them, and messages of the home
page."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import FieldError, Invalid, PreconditionFailed, found
from services.contracts.api import administration as api
from services.contracts.api.openings import HomeMessage
from services.contracts.registration_rules import ACTIVE, SEVERITIES
from services.french import short_instant
from services.reference.academies import place_in_lists
from services.registrations.domain.date_changes import (
    REASON_MISSING,
    Cut,
    DateChange,
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
from services.registrations.queries.catalogue import (
    OPENINGS,
    dates_of,
    exam_in_force,
    view_of,
    view_or_none,
)

_CHANGED = "{} : les dates ont été changées entre-temps. Vérifiez celles qui sont affichées."


def listed_openings(transaction: DbSession, at: datetime) -> api.Openings:
    """Return every opening of the catalogue in force: the newest session first, then by
    académie."""
    summaries: list[api.OpeningSummary] = []
    for row, change, digest in transaction.execute(OPENINGS.where(OpeningRow.listed)):
        view = view_or_none(transaction, row, change, digest)
        if view is not None:
            summaries.append(_summary(row, change, view, at))
    by_academie = sorted(
        summaries, key=lambda summary: (summary.exam, place_in_lists(summary.academie_label))
    )
    newest_first = sorted(by_academie, key=lambda summary: summary.session, reverse=True)
    return api.Openings(openings=tuple(newest_first))


def _summary(
    row: OpeningRow, change: OpeningChange | None, view: OpeningView, at: datetime
) -> api.OpeningSummary:
    """Return an opening with the dates in force. `change`: the newest of its dates, if there is
    one."""
    return api.OpeningSummary(
        id=row.id,
        exam=row.exam,
        exam_label=view.exam.label,
        session=row.session,
        session_label=view.session.label,
        academie=row.academie,
        academie_label=view.opening.label,
        opens=view.opening.opens,
        closes=view.opening.closes,
        deposit_opens=view.opening.deposit_opens,
        deposit_closes=view.opening.deposit_closes,
        state=state(view.opening, at),
        moved=change is not None,
        revision=row.revision,
        compared=row.looked_through is None,
    )


def opening_detail(transaction: DbSession, opening_id: str, at: datetime) -> api.OpeningDetail:
    """Return an opening, whom a change of its dates concerns, and the changes before. Raises
    NotFound, also for what the catalogue no longer defines."""
    sought = transaction.execute(OPENINGS.where(OpeningRow.id == opening_id)).one_or_none()
    row, change, digest = found(sought)
    opening = _summary(row, change, view_of(transaction, row, change, digest), at)
    return api.OpeningDetail(
        id=opening.id,
        exam=opening.exam,
        exam_label=opening.exam_label,
        session=opening.session,
        session_label=opening.session_label,
        academie=opening.academie,
        academie_label=opening.academie_label,
        opens=opening.opens,
        closes=opening.closes,
        deposit_opens=opening.deposit_opens,
        deposit_closes=opening.deposit_closes,
        state=opening.state,
        moved=opening.moved,
        revision=opening.revision,
        compared=opening.compared,
        drafts=_number(transaction, Draft.opening_id == opening_id, Draft.closed_at.is_(None)),
        candidatures=_number(
            transaction, Candidature.opening_id == opening_id, Candidature.state == ACTIVE
        ),
        changes=_changes(transaction, opening_id),
    )


def _changes(transaction: DbSession, opening_id: str) -> tuple[api.OpeningChange, ...]:
    """Return the changes of an opening's dates, the newest first."""
    newest_first = (
        select(OpeningChange)
        .filter_by(opening_id=opening_id)
        .order_by(OpeningChange.revision.desc())
    )
    return tuple(
        api.OpeningChange(
            opens=row.opens,
            closes=row.closes,
            deposit_opens=row.deposit_opens,
            deposit_closes=row.deposit_closes,
            reason=row.reason,
            changed_by=row.changed_by,
            changed_at=row.changed_at,
        )
        for row in transaction.scalars(newest_first)
    )


def _number(transaction: DbSession, *conditions: ColumnElement[bool]) -> int:
    return transaction.scalar(select(func.count()).where(*conditions)) or 0


def opening_moves(
    transaction: DbSession, changes: Sequence[DateChange], reason: str, at: datetime
) -> list[api.OpeningMove]:
    """Return what these changes would move, by académie.

    Raises NotFound, PreconditionFailed for an opening that has been changed since it was read,
    Invalid with every mistake of every opening.
    """
    by_id = {change.opening_id: change for change in changes}
    moves: list[api.OpeningMove] = []
    for opening_id in sorted(by_id):
        opening = opening_detail(transaction, opening_id, at)
        before = dates_of(opening)
        after = by_id[opening_id].applied_to(before)
        moves.append(
            api.OpeningMove(opening=opening, after=after, losses=tuple(losses(before, after, at)))
        )
    changed = [move for move in moves if move.opening.revision != by_id[move.opening.id].revision]
    if changed:
        raise PreconditionFailed(_CHANGED.format(_labels(changed)))
    _refuse_mistakes(moves, reason)
    return sorted(moves, key=lambda move: place_in_lists(move.opening.academie_label))


def incident_moves(transaction: DbSession, cut: Cut, at: datetime) -> list[api.OpeningMove]:
    """Return what an incident would move by the rules of the exams, of the openings of sessions
    that are not closed at `at`.

    Raises Invalid for instants out of order, for those that are noted, and where it cut nothing.
    """
    noted = noted_incident(transaction, cut.begins, cut.ends)
    if noted is not None:
        raise already_noted(noted)
    moves: list[api.OpeningMove] = []
    for opening in listed_openings(transaction, at).openings:
        exam = exam_in_force(transaction, opening.exam)
        exam_session = found(exam.session(opening.session))
        before = dates_of(opening)
        after = extended(before, cut, exam.extension_days, exam_session.closes, at)
        if after != before:
            detail = opening_detail(transaction, opening.id, at)
            moves.append(api.OpeningMove(opening=detail, after=after, losses=()))
    if not moves:
        raise Invalid("Aucune période à prolonger : aucune n'était ouverte pendant cet incident.")
    return moves


def noted_incident(transaction: DbSession, begins: datetime, ends: datetime) -> Incident | None:
    """Return the incident that is noted of these instants, if one is. Raises Invalid where they are
    out of order."""
    if begins >= ends:
        raise Invalid.in_field("ends", "La fin de l'incident doit suivre son début.")
    return transaction.scalar(select(Incident).filter_by(begins=begins, ends=ends))


def already_noted(incident: Incident) -> Invalid:
    when = short_instant(incident.noted_at)
    return Invalid(
        f"Cet incident est déjà noté : les périodes qu'il a coupées ont été prolongées le {when}."
    )


def _refuse_mistakes(moves: Sequence[api.OpeningMove], reason: str) -> None:
    """Raise Invalid for dates out of order, without a reason, and where nothing is changed. A
    mistake that several openings have is told once, with their académies."""
    with_mistake: dict[FieldError, list[api.OpeningMove]] = {}
    for move in moves:
        for mistake in disorder(move.after):
            with_mistake.setdefault(mistake, []).append(move)
    errors = [
        FieldError(mistake.pointer, f"{_labels(those)} : {mistake.detail}")
        for mistake, those in with_mistake.items()
    ]
    if not moves:
        errors.append(FieldError("#/openings", "Choisissez une académie au moins."))
    if not reason.strip():
        errors.append(REASON_MISSING)
    if errors:
        raise Invalid(errors=tuple(errors))
    if all(move.after == dates_of(move.opening) for move in moves):
        raise Invalid("Aucune date n'a été changée.")


def _labels(moves: Sequence[api.OpeningMove]) -> str:
    return ", ".join(sorted((move.opening.academie_label for move in moves), key=place_in_lists))


def shown_messages(transaction: DbSession, at: datetime) -> list[HomeMessage]:
    """Return the messages to show at `at`, the most severe first."""
    rows = transaction.scalars(
        select(Message)
        .where(Message.shown_from <= at, Message.shown_until > at)
        .order_by(Message.shown_from)
    )
    messages = sorted(rows, key=lambda row: SEVERITIES.index(row.severity), reverse=True)
    return [
        HomeMessage(id=row.id, title=row.title, text=row.text, severity=row.severity)
        for row in messages
    ]


def all_messages(transaction: DbSession) -> api.Messages:
    """Return every message that is not withdrawn, whatever its dates, the latest first."""
    rows = transaction.scalars(select(Message).order_by(Message.shown_from.desc()))
    return api.Messages(messages=tuple(_published(row) for row in rows))


def _published(row: Message) -> api.PublishedMessage:
    return api.PublishedMessage(
        id=row.id,
        title=row.title,
        text=row.text,
        severity=row.severity,
        shown_from=row.shown_from,
        shown_until=row.shown_until,
    )
