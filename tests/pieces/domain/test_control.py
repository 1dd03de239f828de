"""What a control must say and what it leads to."""

from dataclasses import replace
from datetime import date, timedelta

from services.chassis.clock import end_of_day
from services.contracts.piece_rules import MAX_COMMENT_LENGTH, Scan, Status
from services.pieces.domain.control import (
    RESUBMIT_DAYS,
    Decision,
    decision_errors,
    etag,
    if_match_names,
    resubmit_until,
)
from services.pieces.domain.piece import Period
from tests.pieces.example_events import CLOSES, DURING, OPENS

PERIOD = Period(OPENS, CLOSES)
COMPLIANT = Decision("1", Status.COMPLIANT, None, None, None)
REFUSED = replace(COMPLIANT, status=Status.NON_COMPLIANT, comment="Illisible")


def test_all_mistakes_are_told_at_once() -> None:
    control = replace(
        COMPLIANT,
        comment="x" * (MAX_COMMENT_LENGTH + 1),
        received_on=date(2021, 10, 6),
        resubmit_until=DURING + timedelta(days=1),
    )
    pointers = [error.pointer for error in decision_errors(control, DURING, Scan.INFECTED)]
    assert pointers == ["#/comment", "#/received_on", "#/resubmit_until", "#/status"]


def test_a_refusal_and_nothing_else_has_to_say_why() -> None:
    assert not decision_errors(replace(REFUSED, received_on=DURING.date()), DURING, Scan.CLEAN)
    for status in Status:
        errors = decision_errors(replace(COMPLIANT, status=status), DURING, Scan.CLEAN)
        assert [error.pointer for error in errors] == (["#/comment"] if status is Status.NON_COMPLIANT else [])


def test_a_refusal_alone_reopens_until_its_date_or_some_days_or_the_period() -> None:
    for status in (Status.COMPLIANT, Status.RECEIVED):
        assert resubmit_until(replace(COMPLIANT, status=status), PERIOD, DURING) is None
    until = DURING + timedelta(days=3)
    assert resubmit_until(replace(REFUSED, resubmit_until=until), PERIOD, DURING) == until
    assert resubmit_until(REFUSED, PERIOD, DURING) == CLOSES
    after = CLOSES + timedelta(days=1)
    assert resubmit_until(REFUSED, PERIOD, after) == end_of_day(date(2021, 11, 2) + timedelta(days=RESUBMIT_DAYS))


def test_an_etag_is_of_one_piece_in_one_state() -> None:
    assert etag("a", 1) == etag("a", 1)
    assert len({etag("a", 1), etag("a", 2), etag("b", 1)}) == 3
    assert if_match_names(f'"other", {etag("a", 1)}', etag("a", 1))
    assert not if_match_names("*", etag("a", 1))
    assert not if_match_names(f"W/{etag('a', 1)}", etag("a", 1))
