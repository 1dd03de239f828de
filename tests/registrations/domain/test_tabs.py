"""What the guide's tabs have in common: what is missing, what is hostile."""

from dataclasses import replace

import pytest

from services.chassis.errors import NotFound
from services.registrations.domain import registration_form
from tests.registrations.domain.example_dossier import BTS, DOSSIER, with_answers
from tests.registrations.domain.tab_reading import CANDIDATURE, DIPLOMA, EMPTY, IDENTIFICATION, described, field, found


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


def test_a_modification_of_the_exams_texts_is_used() -> None:
    own = replace(BTS, texts={**BTS.texts, "handicap_advice": ("Voyez un médecin.",)})
    asked = with_answers("candidature", replace(DOSSIER, exam=own), handicap="oui")
    assert field(asked, CANDIDATURE, "handicap_conseil").label == "Voyez un médecin."


def test_a_field_without_a_search_proposes_nothing() -> None:
    assert found(DOSSIER, IDENTIFICATION, "nationalite", "fr") == found(DOSSIER, DIPLOMA, "diplome", "bac") == []
