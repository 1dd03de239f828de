"""A « Non Conforme » is told by mail where the session wants it: once, with its comment, unless corrected at once."""

from __future__ import annotations

from typing import Any

import pytest

from services.pieces.models import db
from tests.pieces.ladder import published, with_ladder
from tests.pieces.pieces_service import PiecesService

REFUSED = "pieces.pieces_refused.v1"


@pytest.fixture
def telling(service: PiecesService) -> PiecesService:
    with_ladder(service.registered(), refusal_mails=True)
    for code in ("NATIDE06", "CINSIG03"):
        service.deposit(code)
    service.run_follow_ups()
    return service


def _a_moment_later(service: PiecesService) -> list[list[tuple[str, Any]]]:
    """(code, comment) of the pieces of each notice, once the delay is over."""
    with service.app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET available_at = created_at")
    assert service.run_follow_ups() == []
    events = published(service, REFUSED)
    groups = [[piece for group in event["candidature"]["groups"] for piece in group["pieces"]] for event in events]
    return [[(piece["code"], piece["comment"]) for piece in pieces] for pieces in groups]


def test_refusals_of_a_moment_are_one_notice_with_their_comments(telling: PiecesService) -> None:
    telling.control("NATIDE06", "non_compliant", comment="Floue.")
    telling.control("CINSIG03", "non_compliant")
    telling.run_follow_ups()
    assert published(telling, REFUSED) == [], "not before a gestionnaire could correct it"
    assert _a_moment_later(telling) == [[("CINSIG03", None), ("NATIDE06", "Floue.")]]


def test_a_refusal_corrected_at_once_is_not_mailed(telling: PiecesService) -> None:
    telling.control("NATIDE06", "non_compliant")
    telling.control("NATIDE06", "compliant")
    assert _a_moment_later(telling) == []


def test_a_second_refusal_is_told_and_the_first_not_again(telling: PiecesService) -> None:
    telling.control("NATIDE06", "non_compliant", comment="Floue.")
    assert len(_a_moment_later(telling)) == 1
    telling.control("CINSIG03", "non_compliant", comment="Sans signature.")
    assert _a_moment_later(telling)[1:] == [[("CINSIG03", "Sans signature.")]]
    telling.deposit("NATIDE06")
    telling.control("NATIDE06", "non_compliant", comment="Encore floue.")
    assert _a_moment_later(telling)[2:] == [[("NATIDE06", "Encore floue.")]]


def test_no_refusal_mail_unless_the_session_asks_for_it(telling: PiecesService) -> None:
    with_ladder(telling, revision=2, refusal_mails=False)
    telling.control("NATIDE06", "non_compliant")
    assert _a_moment_later(telling) == []
