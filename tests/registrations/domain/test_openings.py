"""Windows, half-open and told in Paris time, and the choices that lead to one."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.contracts.api.openings import OpeningInformation, Selection
from services.contracts.registration_rules import Purpose
from services.registrations.domain import windows
from services.registrations.domain.exam_definition import Opening, OpeningView
from services.registrations.domain.opening_selection import NOTHING_OPEN, select
from tests.registrations.domain.example_dossier import BTS, at


def opening(view: OpeningView, **changes: Any) -> OpeningView:
    return replace(view, opening=replace(view.opening, **changes))


def window(opens: datetime, closes: datetime) -> Opening:
    return replace(BTS.sessions[0].openings[0], opens=opens, closes=closes)


OPENS, CLOSES = at("2021-10-01 12:00"), at("2021-10-25 12:00")
WINDOW = window(OPENS, CLOSES)
SECOND = timedelta(seconds=1)


def test_a_window_is_half_open() -> None:
    instants = (OPENS - SECOND, OPENS, OPENS + SECOND, CLOSES - SECOND, CLOSES, CLOSES + SECOND)
    states = [windows.state(WINDOW, instant) for instant in instants]
    assert states == ["not_yet", "open", "open", "open", "closed", "closed"]


def test_a_window_is_told_with_its_dates_in_the_guides_words_while_it_is_open() -> None:
    assert windows.sentence(WINDOW, OPENS) == (
        "Les inscriptions sont ouvertes du 01 octobre 2021 12:00 au 25 octobre 2021 12:00 (heure de Paris)."
    )
    for instant, words in ((OPENS - SECOND, "pas encore ouvertes"), (CLOSES, "fermées")):
        assert words in windows.sentence(WINDOW, instant)
    midnight = at("2021-11-01 00:00")
    assert "31 octobre 2021 23:59" in windows.sentence(window(OPENS, midnight), OPENS), "an exclusive midnight"
    assert windows.closing(midnight) == "31/10/2021 à 23:59"


BESANCON = OpeningView("BTS-2022-03", "", BTS, BTS.sessions[0], BTS.sessions[0].openings[0])
AMIENS = opening(
    BESANCON, academie="20", label="ACADÉMIE D'AMIENS", opens=at("2021-11-01 00:00"), closes=at("2021-12-01 00:00")
)
VIEWS = (BESANCON, AMIENS)
DURING = at("2021-10-04 14:00")


def picking(
    purpose: Purpose, *values: str, instant: object = DURING, views: tuple[OpeningView, ...] = VIEWS
) -> Selection:
    names = ("domaine", "exam", "session", "academie")
    picked = dict(zip(names, values, strict=False))
    return select(views, purpose, picked, instant)  # type: ignore[arg-type]


def labels(selection: Selection) -> list[str]:
    assert selection.next
    return [choice.label for choice in selection.next.choices]


def information(purpose: Purpose, academie: str, instant: object = DURING) -> OpeningInformation:
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
    assert [step.value_label for step in academie.steps] == ["Examen", "BREVET DE TECHNICIEN SUPERIEUR", "BTS 2022"]
    assert information(Purpose.REGISTER, "03").opening_id == "BTS-2022-03"
    assert picking(Purpose.CONSULT, "<script>").steps == (), "what is invented is not repeated on the page"


def test_consulting_shows_what_is_not_open_yet_or_closed_until_its_session_closes() -> None:
    assert labels(picking(Purpose.CONSULT, "Examen", "BTS", "2022")) == [
        "ACADÉMIE D'AMIENS - (2022-06)",
        "ACADÉMIE DE BESANCON - (2022-06)",
    ]
    amiens = information(Purpose.CONSULT, "20")
    assert (amiens.state, "30 novembre 2021 23:59" in amiens.sentence) == ("not_yet", True)
    assert picking(Purpose.CONSULT, "Examen", instant=at("2022-12-31 00:00")).empty_message == NOTHING_OPEN
    assert information(Purpose.CONSULT, "03", at("2022-12-30 23:59")).state == "closed"


def test_only_what_is_open_can_be_registered_for() -> None:
    for instant in (at("2021-09-01 12:00"), at("2021-10-25 12:00")):
        selection = picking(Purpose.REGISTER, "Examen", "BTS", "2022", "03", instant=instant)
        assert (selection.information, selection.empty_message) == (None, NOTHING_OPEN)


def test_a_domaine_with_nothing_open_says_so_and_shows_no_list() -> None:
    selection = picking(Purpose.CONSULT, "Concours")
    assert selection.empty_message == NOTHING_OPEN
    assert selection.next is None
    assert [step.value for step in selection.steps] == ["Concours"]
