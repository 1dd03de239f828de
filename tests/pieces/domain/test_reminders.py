"""Rungs of the ladder: which is due at an instant, on ordinary days and where the clocks change."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from services.chassis.clock import PARIS
from services.contracts.reminder_rules import HOUR, current_rung, rung_instant
from services.pieces.domain.days_left import days_left
from services.pieces.domain.reminders import MissingPart, Rung, due_rungs

LADDER = (7, 2, 0)
CLOSES = datetime(2021, 11, 1, tzinfo=PARIS)  # the clocks went back on the 31st of October
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "rung"),
    [
        (datetime(2021, 10, 24, HOUR, tzinfo=PARIS) - SECOND, None),
        (datetime(2021, 10, 24, HOUR, tzinfo=PARIS), 7),
        (datetime(2021, 10, 29, HOUR, tzinfo=PARIS) - SECOND, 7),
        (datetime(2021, 10, 29, HOUR, tzinfo=PARIS), 2),
        (datetime(2021, 10, 31, HOUR, tzinfo=PARIS), 0),
        (CLOSES - SECOND, 0),
        (CLOSES, None),
    ],
)
def test_the_rung_of_an_instant_is_the_last_one_reached(at: datetime, rung: int | None) -> None:
    assert current_rung(CLOSES, LADDER, at) == rung


@pytest.mark.parametrize(
    ("closes", "last"),
    [
        (datetime(2021, 10, 25, HOUR, 1, tzinfo=PARIS), datetime(2021, 10, 25, HOUR, tzinfo=PARIS)),
        (datetime(2021, 10, 25, HOUR, tzinfo=PARIS), datetime(2021, 10, 24, HOUR, tzinfo=PARIS)),
        (datetime(2021, 10, 25, HOUR - 1, tzinfo=PARIS), datetime(2021, 10, 24, HOUR, tzinfo=PARIS)),
    ],
)
def test_the_last_day_is_one_on_which_there_is_still_time(closes: datetime, last: datetime) -> None:
    assert rung_instant(closes, 0) == last


def test_what_came_to_be_missing_after_a_rung_is_not_reminded_of_by_it() -> None:
    rung = rung_instant(CLOSES, 7)
    before, after = MissingPart("A", CLOSES, rung - SECOND), MissingPart("B", CLOSES, rung)
    assert due_rungs([before, after], LADDER, rung + SECOND) == {Rung("A", CLOSES, 7)}


def test_days_left_are_counted_as_people_do() -> None:
    assert days_left(CLOSES, datetime(2021, 10, 29, 23, 59, tzinfo=PARIS)) == 2
    assert days_left(CLOSES, datetime(2021, 10, 31, 0, 1, tzinfo=PARIS)) == 0
    assert days_left(datetime(2021, 10, 25, 12, tzinfo=PARIS), datetime(2021, 10, 24, 13, tzinfo=PARIS)) == 1
