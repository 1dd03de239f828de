"""The reason of a « Non Conforme »: one of the catalogue's sentences, words of the gestionnaire, or both."""

from __future__ import annotations

from collections.abc import Iterable

from gateway import staff_member
from gateway.clients.page_time_limit import optional_calls
from gateway.service_clients import clients
from gateway.web.gestion.posted_text import posted_text
from services.chassis.errors import DomainError
from services.contracts.api.staff_pieces import StaffPiece
from services.contracts.piece_rules import Status

FIELD = "reason"


def reason_options(pieces: Iterable[StaffPiece]) -> list[dict[str, str]]:
    """The choices of the field for these pieces: reasons that fit all of them. None while registrations does not
    answer: the gestionnaire's words then say why."""
    return [{"value": reason, "label": reason} for reason in _reasons(tuple(pieces))]


def _reasons(pieces: tuple[StaffPiece, ...]) -> tuple[str, ...]:
    exams = {piece.candidature.exam for piece in pieces}
    codes = {piece.code for piece in pieces}
    if len(exams) != 1:
        return ()
    try:
        with optional_calls():
            token = staff_member.access_token()
            return clients().refusal_reasons.of(token, exams.pop(), codes.pop() if len(codes) == 1 else None)
    except DomainError:
        return ()


def posted_comment(status: str) -> str | None:
    """What the candidate will read: the chosen sentence, for a « Non Conforme », then what was typed."""
    reason = posted_text(FIELD) if status == Status.NON_COMPLIANT else ""
    return " ".join(part for part in (reason, posted_text("comment")) if part) or None
