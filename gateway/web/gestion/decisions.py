"""Decisions on pieces: the reason of a « Non Conforme », the pieces selected in the list, one
decision for all of them and a report of those that it was not given to."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.posted_forms import DAY_EXPECTED, posted_text, read_day, shown_here
from gateway.seal import current_seal
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from services.chassis.errors import DomainError, FieldError, Invalid
from services.contracts.api import staff_pieces as api
from services.contracts.api.staff_candidatures import RefusalReasons, list_refusal_reasons
from services.contracts.api.staff_pieces import ControlResult, StaffPiece
from services.contracts.page_sizes import LARGEST_PAGE, LARGEST_SELECTION
from services.contracts.piece_rules import STATUS_LABELS, Status

REASON_FIELD = "reason"
NO_DEPOSIT = "-"
DATE_FIELDS = ("received_on", "resubmit_until")
"""Dates of a decision, by the names of the API."""
TYPED_FIELDS = (REASON_FIELD, "comment", *DATE_FIELDS)
POSTED_PIECES = 25
"""Of a large selection, in each post of the page's script: so many are answered within a second or
so."""
WHOLE_LIST_FIELD = "toute"
CONFIRMATION = "confirmation"
CONFIRMED_SECONDS = 600
"""How long the fresh code of a decision on a whole list is good for its further parts."""
SELECTION_SECONDS = 45.0
"""For all requests together: less than the life of the access token, and than a browser's proxy
waits."""


def reason_options(pieces: Iterable[StaffPiece]) -> list[dict[str, str]]:
    """The choices of the field for these pieces: reasons that fit all of them. None while
    registrations does not answer: the gestionnaire's words then say why."""
    named = {(piece.candidature.exam, piece.code) for piece in pieces}
    exams = {exam for exam, _ in named}
    codes = {code for _, code in named}
    if len(exams) != 1:
        return []
    return as_options(
        what_catalogue_says(exams.pop(), codes.pop() if len(codes) == 1 else None).reasons
    )


def as_options(reasons: Iterable[str]) -> list[dict[str, str]]:
    return [{"value": reason, "label": reason} for reason in reasons]


def what_catalogue_says(exam: str, code: str | None) -> RefusalReasons:
    """Of the control of this piece; nothing while registrations does not answer."""
    query = {"exam": exam, "piece": code}
    return optional_answer(
        lambda: staff_member.call(list_refusal_reasons(query=query)),
        RefusalReasons(reasons=(), compared_with=()),
    )


def posted_decision() -> dict[str, str | None]:
    """What was decided, by the names of the API. The candidate will read the chosen sentence, for a
    « Non Conforme », then what was typed. A day that makes no sense is None."""
    status = posted_text("decision")
    reason = posted_text(REASON_FIELD) if status == Status.NON_COMPLIANT else ""
    comment = " ".join(filter(None, (reason, posted_text("comment")))) or None
    return {
        "status": status,
        "comment": comment,
        **{name: _posted_day(name) for name in DATE_FIELDS},
    }


def _posted_day(name: str) -> str | None:
    """As the API reads it."""
    day = read_day(posted_text(name))
    return day.isoformat() if day else None


def check_days() -> None:
    """Raises Invalid in the form's own words: the API would ask for another way to write days."""
    wrong = [name for name in DATE_FIELDS if posted_text(name) and not _posted_day(name)]
    if wrong:
        raise Invalid(errors=tuple(FieldError(f"#/{name}", DAY_EXPECTED) for name in wrong))


def posted_value(piece: StaffPiece) -> str:
    return f"{piece.id} {piece.deposit.id if piece.deposit else NO_DEPOSIT} {piece.etag}"


def read_value(value: str) -> dict[str, str | None] | None:
    """The members of a control by the names of the API, None for a value that no page of ours
    holds."""
    parts = value.split(" ")
    if len(parts) != 3:
        return None
    piece_id, deposit_id, etag = parts
    return {
        "piece_id": piece_id,
        "deposit_id": None if deposit_id == NO_DEPOSIT else deposit_id,
        "if_match": etag,
    }


@dataclass
class SelectionReport:
    """`unanswered`: values of the boxes of those that may be tried again, which changes nothing
    where it was done; `failure`: why. `to_correct`: those of them for which what was typed makes no
    sense."""

    decided: int = 0
    refused: list[ControlResult] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    failure: DomainError | None = None
    to_correct: list[StaffPiece] = field(default_factory=list)

    @property
    def is_refused(self) -> bool:
        """What was typed makes no sense, for any piece, or the code that was asked for is
        refused."""
        return self.failure is not None and self.failure.http_status < 500

    @property
    def errors(self) -> list[dict[str, str]]:
        """Of what was typed, each once, though it was sent with every piece («
        #/controls/0/received_on »)."""
        details = {
            error.pointer.rpartition("/")[2]: error.detail
            for error in (self.failure.errors if self.failure else ())
        }
        return [{"pointer": f"#/{name}", "detail": detail} for name, detail in details.items()]

    def add(self, value: str, result: ControlResult) -> None:
        if result.piece:
            self.decided += 1
        elif result.http_status >= 500:
            self.unanswered.append(value)
        elif errors := _errors_of_typed(result):
            self.failure = Invalid(errors=errors)
            self.unanswered.append(value)
            self.to_correct += filter(None, (result.current,))
        else:
            self.refused.append(result)


def _errors_of_typed(result: ControlResult) -> tuple[FieldError, ...]:
    """Those that correcting the form mends: of a field that it has, not of the file."""
    errors = (result.problem or {}).get("errors", ())
    pointers = {f"#/{name}" for name in TYPED_FIELDS}
    return tuple(FieldError(**error) for error in errors if error["pointer"] in pointers)


def decide_in_batches(controls: Mapping[str, Mapping[str, str | None]]) -> SelectionReport:
    """`controls`: by the value of the piece's box. After a request that failed, no other is
    sent."""
    report = SelectionReport()
    until = time.monotonic() + SELECTION_SECONDS
    waiting = list(controls)
    while waiting:
        values = waiting[:LARGEST_PAGE]
        waiting = waiting[LARGEST_PAGE:]
        seconds = until - time.monotonic()
        if report.failure or seconds <= 0:
            report.unanswered += values
            continue
        try:
            check_days()
            body = {"controls": [dict(controls[value]) for value in values]}
            results = staff_member.call(api.control_many(body=body, seconds=seconds)).results
        except DomainError as failure:
            if failure.http_status < 500 and failure.http_status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            report.failure = failure
            report.unanswered += values
        else:
            for value, result in zip(values, results, strict=True):
                report.add(value, result)
    return report


def reason_of(result: ControlResult) -> str:
    """« La date de réception ne peut pas être dans le futur. »"""
    problem = result.problem or {}
    details = " ".join(error["detail"] for error in problem.get("errors", ()))
    return details or problem.get("detail") or problem.get("title", "")


def _confirmation() -> str:
    """What further parts of a decision on a whole list bring back, sealed, in place of the fresh
    code that it asks for. Raises Invalid, TooMany and Forbidden of that code."""
    purpose = f"{CONFIRMATION} {staff_member.required().subject}"
    sealed = posted_text(CONFIRMATION)
    if current_seal().unseal_text(sealed, purpose, life_seconds=CONFIRMED_SECONDS) is not None:
        return sealed
    staff_member.spend_code(
        posted_text("code") or posted_text("second_facteur")
    )  # the list has a filter « code »
    return current_seal().seal_text("", purpose)


@blueprint.post("/pieces/decisions", who=access.staff("pieces:control"))
def decide_selection() -> ResponseReturnValue:
    """The script posts the selection in parts and reads the report of each; without it one post has
    them all."""
    decision = posted_decision()
    status = decision["status"] or ""
    pieces = {value: read_value(value) for value in request.form.getlist("selection")}
    if status not in STATUS_LABELS or None in pieces.values() or len(pieces) > LARGEST_SELECTION:
        raise Invalid("Revenez à la liste, sélectionnez des pièces, puis choisissez une décision.")
    is_whole_list = WHOLE_LIST_FIELD in request.form or len(pieces) > LARGEST_PAGE
    confirmation = ""
    try:
        confirmation = _confirmation() if is_whole_list else ""
        report = decide_in_batches(
            {value: {**piece, **decision} for value, piece in pieces.items() if piece}
        )
    except DomainError as refusal:
        report = SelectionReport(unanswered=list(pieces), failure=shown_here(refusal, (422, 429)))
    return render_page(
        "gestion/templates/decisions.html",
        refusal=report.failure if report.is_refused else None,
        errors=report.errors,
        is_whole_list=is_whole_list,
        confirmed_by=confirmation,
        status_code=status,
        label=STATUS_LABELS[status],
        report=report,
        reason_of=reason_of,
        reasons=reason_options(report.to_correct) if not decision["comment"] else [],
        typed={
            "comment": decision["comment"] or "",
            **{name: posted_text(name) for name in DATE_FIELDS},
        },
        query=posted_text("filtres"),
    )
