"""Many controls in several requests, and what became of each: decided, refused with a reason, or without an answer."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from gateway import staff_member
from gateway.service_clients import clients
from services.chassis.errors import DomainError
from services.contracts.api import staff_pieces as api
from services.contracts.api.staff_pieces import ControlResult
from services.contracts.page_sizes import LARGEST_PAGE

POSTED_PIECES = 25
"""Of a large selection, in each post of the page's script: so many are answered within a second or so."""
SELECTION_SECONDS = 45.0
"""For all requests together: less than the life of the access token, and than a browser's proxy waits."""


@dataclass
class SelectionReport:
    """`unanswered`: values of the boxes of those that may be tried again, which changes nothing where it was done;
    `failure`: why."""

    decided: int = 0
    refused: list[ControlResult] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    failure: DomainError | None = None

    @property
    def is_refused(self) -> bool:
        """What was typed makes no sense, for any piece."""
        return self.failure is not None and self.failure.http_status == HTTPStatus.UNPROCESSABLE_ENTITY

    @property
    def errors(self) -> list[dict[str, str]]:
        """Of what was typed, each once, though it was sent with every piece (« #/controls/0/received_on »)."""
        details = {
            error.pointer.rpartition("/")[2]: error.detail for error in (self.failure.errors if self.failure else ())
        }
        return [{"pointer": f"#/{name}", "detail": detail} for name, detail in details.items()]

    def add(self, value: str, result: ControlResult) -> None:
        if result.piece:
            self.decided += 1
        elif result.http_status >= 500:
            self.unanswered.append(value)
        else:
            self.refused.append(result)


def decide_in_batches(controls: Mapping[str, Mapping[str, str | None]]) -> SelectionReport:
    """`controls`: by the value of the piece's box. After a request that failed, no other is sent."""
    report = SelectionReport()
    until = time.monotonic() + SELECTION_SECONDS
    waiting = list(controls)
    while waiting:
        values, waiting = waiting[:LARGEST_PAGE], waiting[LARGEST_PAGE:]
        seconds = until - time.monotonic()
        if report.failure or seconds <= 0:
            report.unanswered += values
            continue
        try:
            results = _results([controls[value] for value in values], seconds)
        except DomainError as failure:
            if failure.http_status < 500 and failure.http_status != HTTPStatus.UNPROCESSABLE_ENTITY:
                raise
            report.failure = failure
            report.unanswered += values
        else:
            for value, result in zip(values, results, strict=True):
                report.add(value, result)
    return report


def _results(controls: list[Mapping[str, str | None]], seconds: float) -> tuple[ControlResult, ...]:
    body = {"controls": [dict(control) for control in controls]}
    token = staff_member.access_token()
    return clients().staff_pieces.call(api.control_many, token, body=body, seconds=seconds).results


def reason_of(result: ControlResult) -> str:
    """« La date de réception ne peut pas être dans le futur. »"""
    problem = result.problem or {}
    details = " ".join(error["detail"] for error in problem.get("errors", ()))
    return details or problem.get("detail") or problem.get("title", "")
