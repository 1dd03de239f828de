"""Deposit periods, in the guide's words and to the second; which instant counts for an upload, and how many begin."""

from datetime import UTC, date, timedelta

from services.chassis.clock import end_of_day
from services.contracts.piece_rules import MAX_MERGED_FILES
from services.pieces.domain.piece import Period
from services.pieces.domain.uploads import INSTANT_COUNTS, deposit_instant, uploads_per_hour
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
    in_time, late = DURING + INSTANT_COUNTS - SECOND, DURING + INSTANT_COUNTS
    assert deposit_instant([DURING + SECOND, DURING], in_time) == DURING
    assert deposit_instant([DURING], late) == late
    assert deposit_instant([DURING], DURING) == DURING
    assert deposit_instant([DURING], DURING - SECOND) == DURING - SECOND


def test_uploads_are_as_many_as_deposits_and_never_less_than_the_pages_of_ten_documents() -> None:
    assert uploads_per_hour(500) == 500
    assert uploads_per_hour(1) == 10 * MAX_MERGED_FILES
