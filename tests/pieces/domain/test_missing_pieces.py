"""Rungs of the ladder: which is due at an instant, on ordinary days and where the clocks change."""

from datetime import datetime, timedelta

from services.chassis.clock import PARIS
from services.contracts.reminder_rules import HOUR, current_rung, rung_instant
from services.pieces.domain.missing_pieces import due_rung
from services.pieces.domain.piece import days_left
from tests.pieces.example_events import CLOSES, SECOND

LADDER = (7, 2, 0)


def test_the_rung_of_an_instant_is_the_last_one_reached() -> None:
    seven, two, last = (datetime(2021, 10, day, HOUR, tzinfo=PARIS) for day in (24, 29, 31))
    rungs = {seven - SECOND: None, seven: 7, two - SECOND: 7, two: 2, last: 0, CLOSES - SECOND: 0, CLOSES: None}
    assert {at: current_rung(CLOSES, LADDER, at) for at in rungs} == rungs


def test_the_last_day_is_one_on_which_there_is_still_time() -> None:
    day, before = (datetime(2021, 10, number, HOUR, tzinfo=PARIS) for number in (25, 24))
    for closes, last in ((day + timedelta(minutes=1), day), (day, before), (day - timedelta(hours=1), before)):
        assert rung_instant(closes, 0) == last, closes


def test_what_came_to_be_missing_after_a_rung_is_not_reminded_of_by_it() -> None:
    rung = rung_instant(CLOSES, 7)
    assert due_rung(CLOSES, rung - SECOND, LADDER, rung + SECOND) == 7
    assert due_rung(CLOSES, rung, LADDER, rung + SECOND) is None


def test_days_left_are_counted_as_people_do() -> None:
    assert days_left(CLOSES, datetime(2021, 10, 29, 23, 59, tzinfo=PARIS)) == 2
    assert days_left(CLOSES, datetime(2021, 10, 31, 0, 1, tzinfo=PARIS)) == 0
    assert days_left(datetime(2021, 10, 25, 12, tzinfo=PARIS), datetime(2021, 10, 24, 13, tzinfo=PARIS)) == 1
