"""Deposit periods, in the guide's words and to the second; which instant counts; rungs of the ladder."""

from datetime import UTC, date, datetime, timedelta

from services.chassis.clock import PARIS, end_of_day
from services.contracts.piece_rules import MAX_MERGED_FILES
from services.contracts.reminder_rules import HOUR, current_rung, rung_instant
from services.pieces.domain.missing_pieces import due_rung
from services.pieces.domain.piece import INSTANT_COUNTS, Period, days_left, deposit_instant
from services.pieces.operations.deposit_limits import uploads_per_hour
from tests.pieces.example_events import CLOSES, DURING, OPENS, SECOND

PERIOD = Period(OPENS, CLOSES)


def test_the_sentence_is_the_guides_whatever_the_zone_of_the_instants() -> None:
    for period in (PERIOD, Period(OPENS.astimezone(UTC), CLOSES.astimezone(UTC))):
        assert period.sentence == (
            "A déposer en ligne entre le lundi 04 octobre 2021 et le dimanche 31 octobre 2021 23:59 (heure/Paris)"
        )


def test_an_opening_within_the_day_says_its_hour() -> None:
    noon = Period(OPENS.replace(hour=12), CLOSES.replace(hour=12))
    assert noon.sentence == (
        "A déposer en ligne entre le lundi 04 octobre 2021 12:00 et le lundi 01 novembre 2021 12:00 (heure/Paris)"
    )


def test_a_period_holds_its_beginning_and_not_its_end() -> None:
    instants = (OPENS - SECOND, OPENS, CLOSES - SECOND, CLOSES)
    assert [PERIOD.is_open(at) for at in instants] == [False, True, True, False]
    assert PERIOD.closed_reason(OPENS - SECOND).endswith("il ouvrira le 04/10/2021 00:00 (heure/Paris).")


def test_a_day_ends_at_midnight_in_paris_on_the_nights_of_the_clock_too() -> None:
    for day, hours in ((date(2021, 10, 31), 25), (date(2022, 3, 27), 23), (date(2021, 10, 15), 24)):
        begins = end_of_day(day - timedelta(days=1))
        assert end_of_day(day).astimezone(UTC) - begins.astimezone(UTC) == timedelta(hours=hours), day


def test_what_counts_is_when_the_first_upload_began_unless_it_took_too_long() -> None:
    in_time, late, before = DURING + INSTANT_COUNTS - SECOND, DURING + INSTANT_COUNTS, DURING - SECOND
    counting = {in_time: DURING, late: late, DURING: DURING, before: before}
    assert {at: deposit_instant([DURING + SECOND, DURING], at) for at in counting} == counting


def test_uploads_are_as_many_as_deposits_and_never_less_than_the_pages_of_ten_documents() -> None:
    assert uploads_per_hour(500) == 500
    assert uploads_per_hour(1) == 10 * MAX_MERGED_FILES


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
