"""What the guide's tabs have in common: what is missing, what is hostile."""

from dataclasses import replace

import pytest

from services.chassis.errors import NotFound
from services.registrations.domain import registration_form
from services.registrations.domain.registration_form import Incomplete
from tests.registrations.domain.example_dossier import BTS, DOSSIER, with_answers
from tests.registrations.domain.tab_reading import (
    CANDIDATURE,
    DIPLOMA,
    EMPTY,
    IDENTIFICATION,
    QUALIFICATION,
    described,
    field,
    found,
)


@pytest.mark.parametrize("number", [0, 10, -1])
def test_a_tab_that_does_not_exist_is_not_found(number: int) -> None:
    with pytest.raises(NotFound):
        registration_form.tab_view(DOSSIER, number)


def test_every_tab_is_described_empty_and_filled_with_the_text_that_an_exam_gives_it_on_top() -> None:
    tabs = tuple(replace(tab, text=("Lisez ceci.",)) for tab in BTS.tabs)
    for dossier in (EMPTY, DOSSIER):
        with_texts = replace(dossier, exam=replace(BTS, tabs=tabs))
        for tab in registration_form.tab_states(dossier, 1):
            described(dossier, tab.number)
            assert registration_form.tab_view(with_texts, tab.number).paragraphs[0] == "Lisez ceci.", tab.title


def test_an_incomplete_dossier_tells_every_reason_with_its_tab() -> None:
    with pytest.raises(Incomplete) as raised:
        registration_form.refuse_incomplete(EMPTY)
    tabs = raised.value.extra["tabs"]
    assert [tab["number"] for tab in tabs] == [2, 3, 4, 6]
    assert len(raised.value.errors) == sum(len(tab["errors"]) for tab in tabs)


def test_the_recap_of_an_empty_dossier_has_empty_values() -> None:
    recap = registration_form.recap(EMPTY)
    assert recap.epreuves == ()
    assert recap.sections[0].title == "Qualification présentée"


def test_a_modification_of_the_exams_texts_is_used() -> None:
    own = replace(BTS, texts={**BTS.texts, "handicap_advice": ("Voyez un médecin.",)})
    asked = with_answers("candidature", replace(DOSSIER, exam=own), handicap="oui")
    assert field(asked, CANDIDATURE, "handicap_conseil").label == "Voyez un médecin."


@pytest.mark.parametrize("hostile", ["\x00\x1b[2J<script>alert(1)</script>", "\u202eevil", ["a"], []])
def test_hostile_answers_never_break_a_tab(hostile: object) -> None:
    shown = [registration_form.tab_view(DOSSIER, number) for number in range(1, 10)]
    names = {field.name for tab in shown for field in tab.fields()} | {"position-E1", "option-E2"}
    for tab in BTS.tabs:
        answers = {**DOSSIER.answers, tab.name: dict.fromkeys(names, hostile)}
        dossier = replace(DOSSIER, answers=answers)  # type: ignore[arg-type]
        registration_form.all_tab_errors(dossier)
        registration_form.recap(dossier)
        for number in range(1, 10):
            described(dossier, number)


def test_words_typed_in_a_search_stay_visible_while_nothing_is_chosen() -> None:
    assert field(with_answers("qualification", specialite="banqu"), QUALIFICATION, "specialite").display == "banqu"


def test_a_field_without_a_search_proposes_nothing() -> None:
    assert found(DOSSIER, IDENTIFICATION, "nationalite", "fr") == found(DOSSIER, DIPLOMA, "diplome", "bac") == []
