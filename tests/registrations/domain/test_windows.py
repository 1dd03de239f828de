"""Windows, half-open and told in Paris time; the choices that lead to one; what a change of dates
takes or gives."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.contracts.api.administration import OpeningDates
from services.contracts.api.openings import OpeningInformation, Selection
from services.contracts.registration_rules import Purpose
from services.registrations.domain import windows
from services.registrations.domain.date_changes import Cut, extended, losses
from services.registrations.domain.exam_definition import Opening, OpeningView
from services.registrations.domain.opening_selection import NOTHING_OPEN, select
from tests.registrations.domain.example_dossier import BTS, at


def window(opens: datetime, closes: datetime) -> Opening:
    return replace(BTS.sessions[0].openings[0], opens=opens, closes=closes)


OPENS = at("2021-10-01 12:00")
CLOSES = at("2021-10-25 12:00")
WINDOW = window(OPENS, CLOSES)
SECOND = timedelta(seconds=1)


def test_a_window_is_half_open() -> None:
    instants = (OPENS - SECOND, OPENS, OPENS + SECOND, CLOSES - SECOND, CLOSES, CLOSES + SECOND)
    states = [windows.state(WINDOW, instant) for instant in instants]
    assert states == ["not_yet", "open", "open", "open", "closed", "closed"]


def test_a_window_is_told_with_its_dates_in_the_guides_words_while_it_is_open() -> None:
    assert (
        windows.sentence(WINDOW, OPENS)
        == "Les inscriptions sont ouvertes du 01 octobre 2021 12:00 au 25 octobre 2021 12:00 "
        "(heure de Paris)."
    )
    for instant, words in ((OPENS - SECOND, "pas encore ouvertes"), (CLOSES, "fermées")):
        assert words in windows.sentence(WINDOW, instant)
    midnight = at("2021-11-01 00:00")
    assert "31 octobre 2021 23:59" in windows.sentence(window(OPENS, midnight), OPENS), (
        "an exclusive midnight"
    )
    assert windows.closing(midnight) == "31/10/2021 à 23:59"


BESANCON = OpeningView("BTS-2022-03", "", BTS, BTS.sessions[0], BTS.sessions[0].openings[0])
LATER = window(at("2021-11-01 00:00"), at("2021-12-01 00:00"))
AMIENS = replace(BESANCON, opening=replace(LATER, academie="20", label="ACADÉMIE D'AMIENS"))
DURING = at("2021-10-04 12:00")


def picking(purpose: Purpose, *values: str, instant: datetime = DURING) -> Selection:
    picked = dict(zip(("domaine", "exam", "session", "academie"), values, strict=False))
    return select((BESANCON, AMIENS), purpose, picked, instant)


def labels(selection: Selection) -> list[str]:
    assert selection.next
    return [choice.label for choice in selection.next.choices]


def information(purpose: Purpose, academie: str, instant: datetime = DURING) -> OpeningInformation:
    """What the last choice ends with."""
    given = picking(purpose, "Examen", "BTS", "2022", academie, instant=instant).information
    assert given
    return given


def test_each_choice_leads_to_the_next_and_is_summed_up() -> None:
    academie = picking(Purpose.REGISTER, "Examen", "BTS", "2022")
    assert labels(picking(Purpose.CONSULT)) == ["Examen", "Concours"]
    assert labels(picking(Purpose.REGISTER, "Examen")) == ["BREVET DE TECHNICIEN SUPERIEUR"]
    assert labels(picking(Purpose.REGISTER, "Examen", "BTS")) == ["BTS 2022"]
    assert labels(academie) == ["ACADÉMIE DE BESANCON - (2022-06)"]
    assert academie.next
    assert academie.next.choices[0].hint == "Doubs, Jura, Haute-Saône, Territoire de Belfort"
    assert [step.value_label for step in academie.steps] == [
        "Examen",
        "BREVET DE TECHNICIEN SUPERIEUR",
        "BTS 2022",
    ]
    assert information(Purpose.REGISTER, "03").opening_id == "BTS-2022-03"
    assert picking(Purpose.CONSULT, "<script>").steps == (), (
        "what is invented is not repeated on the page"
    )


def test_consulting_shows_what_is_not_open_yet_or_closed_until_its_session_closes() -> None:
    assert labels(picking(Purpose.CONSULT, "Examen", "BTS", "2022")) == [
        "ACADÉMIE D'AMIENS - (2022-06)",
        "ACADÉMIE DE BESANCON - (2022-06)",
    ]
    amiens = information(Purpose.CONSULT, "20")
    assert (amiens.state, "30 novembre 2021 23:59" in amiens.sentence) == ("not_yet", True)
    assert (
        picking(Purpose.CONSULT, "Examen", instant=at("2022-12-31 00:00")).empty_message
        == NOTHING_OPEN
    )
    assert information(Purpose.CONSULT, "03", at("2022-12-30 23:59")).state == "closed"


def test_only_what_is_open_can_be_registered_for() -> None:
    for instant in (at("2021-09-01 12:00"), at("2021-10-25 12:00")):
        selection = picking(Purpose.REGISTER, "Examen", "BTS", "2022", "03", instant=instant)
        assert (selection.information, selection.empty_message) == (None, NOTHING_OPEN)


def test_a_domaine_with_nothing_open_says_so_and_shows_no_list() -> None:
    selection = picking(Purpose.CONSULT, "Concours")
    assert (selection.empty_message, selection.next) == (NOTHING_OPEN, None)
    assert [step.value for step in selection.steps] == ["Concours"]


BEFORE = OpeningDates(
    opens=OPENS,
    closes=at("2021-10-31 12:00"),
    deposit_opens=OPENS,
    deposit_closes=at("2021-11-30 00:00"),
)


@pytest.mark.parametrize(
    ("now", "changed", "lost"),
    [
        (DURING, {"closes": at("2021-11-05 12:00")}, ()),
        (
            DURING,
            {"opens": at("2021-10-02 12:00"), "closes": at("2021-11-01 12:00")},
            ("reculée",),
        ),
        (
            at("2021-09-01 12:00"),
            {"closes": OPENS + timedelta(minutes=6)},
            ("avancée", "La durée des inscriptions passe de 30 jours à 6 minutes."),
        ),
        (
            DURING,
            {"closes": DURING},
            ("avancée", "durée", "déjà passée : 04/10/2021 à 12:00", "ne le pourra plus"),
        ),
        (
            DURING,
            {"deposit_closes": at("2021-11-15 00:00")},
            ("du 29/11/2021 à 23:59 au 14/11/2021 à 23:59", "dépôt"),
        ),
        (at("2021-12-01 00:00"), {"closes": at("2021-11-05 12:00")}, ("déjà passée",)),
    ],
)
def test_what_candidates_lose_is_told(
    now: datetime, changed: dict[str, datetime], lost: tuple[str, ...]
) -> None:
    sentences = tuple(losses(BEFORE, replace(BEFORE, **changed), now))
    assert len(sentences) == len(lost), sentences
    assert all(words in sentence for words, sentence in zip(lost, sentences, strict=True)), (
        sentences
    )


DATES = replace(
    BEFORE,
    closes=CLOSES,
    deposit_opens=at("2021-10-04 00:00"),
    deposit_closes=at("2021-11-01 00:00"),
)
FAR = at("2023-01-01 00:00")


def _closes(
    begins: str, ends: str, days: int | None = None, now: str = "2021-10-25 11:00", last: str = ""
) -> str:
    """When registrations close after an incident of these instants of October 2021, in Paris."""
    cut = Cut(at(f"2021-10-{begins}"), at(f"2021-10-{ends}"), ["registration"])
    after = extended(DATES, cut, days, at(last) if last else FAR, at(now))
    assert after == replace(DATES, closes=after.closes), "the deposit was not cut"
    return f"{after.closes.astimezone(OPENS.tzinfo):%d/%m %H:%M}"


@pytest.mark.parametrize(
    ("begins", "ends", "closes"),
    [
        ("25 08:00", "25 10:30", "25/10 14:30"),  # before the end, which is moved by its duration
        (
            "25 10:00",
            "25 14:00",
            "25/10 16:00",
        ),  # beyond the end: from when it is over, by what was lost
        (
            "01 10:00",
            "01 14:00",
            "25/10 14:00",
        ),  # of which the first hours came before the opening
        ("20 08:00", "20 09:00", "25/10 13:00"),
        ("25 12:00", "25 14:00", "25/10 12:00"),  # begun when it had closed
        ("01 10:00", "01 12:00", "25/10 12:00"),  # over when it opened
    ],
)
def test_by_the_duration_the_time_that_was_lost_is_given_back(
    begins: str, ends: str, closes: str
) -> None:
    assert _closes(begins, ends) == closes


def test_what_has_ended_opens_again_from_the_next_hour_until_the_end_of_the_session() -> None:
    assert _closes("25 10:00", "25 14:00", now="2021-10-26 09:20") == "26/10 12:00"
    assert _closes("25 10:00", "25 14:00", days=1, now="2021-10-26 09:20") == "27/10 12:00"
    assert _closes("25 08:00", "25 10:00", last="2021-10-25 13:00") == "25/10 13:00"


def test_by_days_the_time_of_day_stays_when_clocks_go_back() -> None:
    assert _closes("25 08:00", "25 09:00", days=10) == "04/11 12:00"
    assert _closes("25 10:00", "25 14:00", days=1) == "27/10 12:00", (
        "a whole day after the incident"
    )


def test_each_period_that_was_cut_is_extended() -> None:
    cut = Cut(at("2021-10-25 08:00"), at("2021-10-25 09:00"), ["registration", "deposit"])
    after = extended(DATES, cut, None, FAR, at("2021-10-25 11:00"))
    assert (after.closes, after.deposit_closes) == (at("2021-10-25 13:00"), at("2021-11-01 01:00"))
