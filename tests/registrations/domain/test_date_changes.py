"""What a change of dates takes from candidates; the ends proposed after an incident, for what was open during it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.contracts.api.administration import OpeningDates
from services.registrations.domain.date_changes import Cut, extended, losses
from tests.registrations.domain.example_dossier import at

BEFORE = OpeningDates(
    opens=at("2021-10-01 12:00"),
    closes=at("2021-10-31 12:00"),
    deposit_opens=at("2021-10-01 12:00"),
    deposit_closes=at("2021-11-30 00:00"),
)
DURING, BEFOREHAND = at("2021-10-04 12:00"), at("2021-09-01 12:00")
SHORTER = "La durée des inscriptions passe de 30 jours à {}."


@pytest.mark.parametrize(
    ("now", "changed", "lost"),
    [
        (DURING, {"closes": at("2021-11-05 12:00")}, ()),
        (DURING, {"opens": at("2021-10-02 12:00"), "closes": at("2021-11-01 12:00")}, ("reculée",)),
        (BEFOREHAND, {"closes": BEFORE.opens + timedelta(minutes=6)}, ("avancée", SHORTER.format("6 minutes"))),
        (DURING, {"closes": DURING}, ("avancée", "durée", "déjà passée : 04/10/2021 à 12:00", "ne le pourra plus")),
        (DURING, {"deposit_closes": at("2021-11-15 00:00")}, ("du 29/11/2021 à 23:59 au 14/11/2021 à 23:59", "dépôt")),
        (at("2021-12-01 00:00"), {"closes": at("2021-11-05 12:00")}, ("déjà passée",)),
    ],
)
def test_what_candidates_lose_is_told(now: datetime, changed: dict[str, datetime], lost: tuple[str, ...]) -> None:
    sentences = tuple(losses(BEFORE, replace(BEFORE, **changed), now))
    assert len(sentences) == len(lost), sentences
    assert all(words in sentence for words, sentence in zip(lost, sentences, strict=True)), sentences


OPENS, CLOSES = at("2021-10-01 12:00"), at("2021-10-25 12:00")
DATES = OpeningDates(
    opens=OPENS, closes=CLOSES, deposit_opens=at("2021-10-04 00:00"), deposit_closes=at("2021-11-01 00:00")
)
FAR = at("2023-01-01 00:00")
SOON = at("2021-10-25 11:00")


def _closes(begins: str, ends: str, days: int | None = None, now: str = "2021-10-25 11:00", last: str = "") -> str:
    """When registrations close after an incident of these instants of October 2021, in Paris."""
    cut = Cut(at(f"2021-10-{begins}"), at(f"2021-10-{ends}"), ["registration"])
    after = extended(DATES, cut, days, at(last) if last else FAR, at(now))
    assert after == replace(DATES, closes=after.closes), "the deposit was not cut"
    return f"{after.closes.astimezone(OPENS.tzinfo):%d/%m %H:%M}"


@pytest.mark.parametrize(
    ("begins", "ends", "closes"),
    [
        ("25 08:00", "25 10:30", "25/10 14:30"),  # before the end, which is moved by its duration
        ("25 10:00", "25 14:00", "25/10 16:00"),  # beyond the end: from when it is over, by what was lost
        ("01 10:00", "01 14:00", "25/10 14:00"),  # of which the first hours came before the opening
        ("20 08:00", "20 09:00", "25/10 13:00"),
        ("25 12:00", "25 14:00", "25/10 12:00"),  # begun when it had closed
        ("01 10:00", "01 12:00", "25/10 12:00"),  # over when it opened
    ],
)
def test_by_the_duration_the_time_that_was_lost_is_given_back(begins: str, ends: str, closes: str) -> None:
    assert _closes(begins, ends) == closes


def test_what_has_ended_is_opened_again_from_the_next_full_hour_and_nothing_past_the_end_of_the_session() -> None:
    assert _closes("25 10:00", "25 14:00", now="2021-10-26 09:20") == "26/10 12:00"
    assert _closes("25 10:00", "25 14:00", days=1, now="2021-10-26 09:20") == "27/10 12:00"
    assert _closes("25 08:00", "25 10:00", last="2021-10-25 13:00") == "25/10 13:00"


def test_by_days_the_time_of_day_stays_when_clocks_go_back() -> None:
    assert _closes("25 08:00", "25 09:00", days=10) == "04/11 12:00"
    assert _closes("25 10:00", "25 14:00", days=1) == "27/10 12:00", "a whole day after the incident"


def test_each_period_that_was_cut_is_extended() -> None:
    cut = Cut(at("2021-10-25 08:00"), at("2021-10-25 09:00"), ["registration", "deposit"])
    after = extended(DATES, cut, None, FAR, SOON)
    assert (after.closes, after.deposit_closes) == (at("2021-10-25 13:00"), at("2021-11-01 01:00"))
