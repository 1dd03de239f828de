from datetime import UTC, datetime, timedelta

import pytest

from services.registrations.domain import windows
from tests.registrations.domain.example_dossier import at

OPENS, CLOSES = at("2021-10-01 12:00"), at("2021-10-25 12:00")
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("instant", "state"),
    [
        (OPENS - SECOND, "not_yet"),
        (OPENS, "open"),
        (OPENS + SECOND, "open"),
        (CLOSES - SECOND, "open"),
        (CLOSES, "closed"),
        (CLOSES + SECOND, "closed"),
    ],
)
def test_a_window_is_half_open(instant: datetime, state: str) -> None:
    assert windows.state(OPENS, CLOSES, instant) == state


def test_an_open_window_is_told_in_the_guides_words() -> None:
    assert windows.sentence(OPENS, CLOSES, OPENS) == (
        "Les inscriptions sont ouvertes du 01 octobre 2021 12:00 au 25 octobre 2021 12:00 (heure de Paris)."
    )


def test_before_and_after_the_sentence_gives_the_dates_too() -> None:
    for instant, words in ((OPENS - SECOND, "pas encore ouvertes"), (CLOSES, "fermées")):
        sentence = windows.sentence(OPENS, CLOSES, instant)
        assert words in sentence
        assert "01 octobre 2021 12:00" in sentence
        assert "25 octobre 2021 12:00" in sentence


def test_an_exclusive_midnight_is_shown_as_the_minute_before() -> None:
    assert "31 octobre 2021 23:59" in windows.sentence(OPENS, at("2021-11-01 00:00"), OPENS)
    assert windows.closing(at("2021-11-01 00:00")) == "31/10/2021 à 23:59"


@pytest.mark.parametrize(
    ("closes", "last_second_utc"),
    [
        # The hour 02:00-03:00 happens twice on 31 October 2021 and never on 27 March 2022.
        (at("2021-10-31 03:00"), datetime(2021, 10, 31, 1, 59, 59, tzinfo=UTC)),
        (at("2022-03-27 03:00"), datetime(2022, 3, 27, 0, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_nights_when_clocks_change_close_at_the_paris_hour(closes: datetime, last_second_utc: datetime) -> None:
    opens = at("2021-10-01 12:00")
    assert windows.is_open(opens, closes, last_second_utc)
    assert not windows.is_open(opens, closes, last_second_utc + SECOND)
