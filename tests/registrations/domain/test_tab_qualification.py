"""« Qualification présentée » and « Acquis »: spécialité, form of passage, what was acquired."""

from dataclasses import replace

import pytest

from services.registrations.domain import registration_form
from tests.registrations.domain.example_dossier import DOSSIER, with_answers, with_tab_answers
from tests.registrations.domain.tab_reading import ACQUIS, EMPTY, QUALIFICATION, field, pointers, sections


@pytest.mark.parametrize("typed", ["banque", "CLIENTELE conseil", "31310"])
def test_a_specialite_is_found_by_its_words_or_code(typed: str) -> None:
    options = registration_form.search(EMPTY, QUALIFICATION, "specialite", typed, 5)
    assert options[0].label == "Banque - conseiller de clientèle (31310)"


def test_forms_of_passage_follow_the_category_and_who_has_the_choice_is_told_what_each_means() -> None:
    free = field(DOSSIER, QUALIFICATION, "forme")
    bound = field(with_answers("candidature", categorie="520"), QUALIFICATION, "forme")
    assert [[option.label for option in shown.options] for shown in (free, bound)] == [
        ["Globale", "Progressive"],
        ["Globale"],
    ]
    explanation = "Globale : toutes les épreuves à cette session. Progressive : réparties sur plusieurs sessions."
    assert (free.hint, bound.hint) == (explanation, None)


def test_a_derogation_opens_the_wished_form() -> None:
    asked = with_answers("qualification", derogation="oui")
    assert field(asked, QUALIFICATION, "forme_souhaitee").hint == "sous réserve de l'accord du recteur"
    assert pointers(asked, QUALIFICATION) == ["forme_souhaitee"]
    wished = with_answers("qualification", asked, forme_souhaitee="progressive")
    final = field(wished, QUALIFICATION, "forme_finale")
    assert (final.value, final.disabled) == ("Progressive (sous réserve de l'accord du recteur)", True)
    assert registration_form.checked_content(wished).confirmation.forme == final.value


def test_a_derogation_to_the_same_form_is_pointless() -> None:
    same = with_answers("qualification", derogation="oui", forme_souhaitee="globale")
    assert pointers(same, QUALIFICATION) == ["forme_souhaitee"]


def test_a_specialite_that_the_session_does_not_offer_is_refused() -> None:
    assert "specialite" in pointers(with_answers("qualification", specialite="99999"), QUALIFICATION)


def test_acquis_opens_the_fields_of_ticked_boxes_only() -> None:
    assert len(sections(EMPTY, ACQUIS)) == 1
    both = with_tab_answers("acquis", {"vae": "oui"})
    assert len(sections(both, ACQUIS)) == 3
    assert field(both, ACQUIS, "vae-garder-E4-A").type == "checkbox"


def test_the_only_form_of_a_category_is_chosen_already() -> None:
    individuel = with_answers("candidature", replace(EMPTY, answers={}), categorie="520")
    assert field(individuel, QUALIFICATION, "forme").value == "globale"
    assert field(individuel, QUALIFICATION, "forme_finale").value == "Globale"
