"""« Informations candidature », « Qualification présentée » and « Epreuves »: what each offers, shows and refuses; what
the guide's tabs have in common."""

from dataclasses import replace

import pytest

from services.chassis.errors import NotFound
from services.registrations.domain import registration_form
from tests.registrations.domain.example_dossier import BTS, DOSSIER, as_saved, details, with_answers, with_tab_answers
from tests.registrations.domain.tab_reading import (
    CANDIDATURE,
    DIPLOMA,
    EMPTY,
    EPREUVES,
    IDENTIFICATION,
    QUALIFICATION,
    described,
    field,
    fields,
    found,
    pointers,
    shown_epreuves,
)


def test_only_public_categories_are_offered() -> None:
    offered = field(EMPTY, CANDIDATURE, "categorie").options
    assert offered[0].label == "FORMATION CONTINUE (320)"
    assert "110" not in [option.value for option in offered]
    assert "categorie" in pointers(with_answers("candidature", categorie="110"), CANDIDATURE)


def test_consents_are_never_answered_beforehand_and_must_be() -> None:
    for name in ("consent_presse", "consent_collectivites"):
        assert field(EMPTY, CANDIDATURE, name).value is None
        assert name in pointers(EMPTY, CANDIDATURE)


def test_the_doctors_advice_comes_with_a_yes() -> None:
    """In the exam's words."""
    asked = with_answers("candidature", handicap="oui")
    assert field(asked, CANDIDATURE, "handicap_conseil").label == "Contactez un médecin agréé."
    assert "handicap_conseil" not in [field.name for field in fields(DOSSIER, CANDIDATURE)]
    assert as_saved(asked).confirmation.handicap


def test_establishments_are_searched_by_category_and_residence() -> None:
    for categorie, codes in {"320": ["0250013D", "0250099Z"], "410": ["CNED"], "510": ["INDIVIDUELS 025"]}.items():
        assert found(with_answers("candidature", categorie=categorie), CANDIDATURE, "etablissement") == codes


def test_an_establishment_of_another_kind_is_refused() -> None:
    [reason] = details(registration_form.tab_errors(with_answers("candidature", etablissement="CNED"), CANDIDATURE))
    assert "ne correspond pas à la catégorie FORMATION CONTINUE (320)" in reason
    typed = with_answers("candidature", etablissement="adrien")
    assert pointers(typed, CANDIDATURE) == ["etablissement"]
    proposed = [option.value for option in field(typed, CANDIDATURE, "etablissement").options]
    assert proposed == ["0250013D"], "what was typed without a script gives proposals"


def test_forms_of_passage_follow_the_category_and_who_has_the_choice_is_told_what_each_means() -> None:
    free = field(DOSSIER, QUALIFICATION, "forme")
    bound = field(with_answers("candidature", categorie="520"), QUALIFICATION, "forme")
    assert [[option.label for option in shown.options] for shown in (free, bound)] == [
        ["Globale", "Progressive"],
        ["Globale"],
    ]
    explanation = "Globale : toutes les épreuves à cette session. Progressive : réparties sur plusieurs sessions."
    assert (free.hint, bound.hint) == (explanation, None)
    individuel = with_answers("candidature", EMPTY, categorie="520")
    assert field(individuel, QUALIFICATION, "forme").value == "globale", "the only one is chosen already"


def test_a_derogation_opens_the_wished_form_which_is_another_one() -> None:
    asked = with_answers("qualification", derogation="oui")
    assert field(asked, QUALIFICATION, "forme_souhaitee").hint == "sous réserve de l'accord du recteur"
    assert pointers(asked, QUALIFICATION) == ["forme_souhaitee"]
    wished = with_answers("qualification", asked, forme_souhaitee="progressive")
    final = field(wished, QUALIFICATION, "forme_finale")
    assert (final.value, final.disabled) == ("Progressive (sous réserve de l'accord du recteur)", True)
    assert as_saved(wished).confirmation.forme == final.value
    same = with_answers("qualification", derogation="oui", forme_souhaitee="globale")
    assert pointers(same, QUALIFICATION) == ["forme_souhaitee"]


def test_mandatory_epreuves_are_fixed_and_facultatives_chosen() -> None:
    shown = shown_epreuves(DOSSIER)
    assert [code for code, epreuve in shown.items() if epreuve.position] == ["EF1", "EF2", "EF3"]
    assert [code for code, epreuve in shown.items() if epreuve.option] == ["E2", "EF1"]
    assert shown["E2"].title == "E2 : Langue vivante 1 : Anglais : Inscrit"
    progressive = shown_epreuves(with_answers("qualification", forme="progressive"))
    free = [code for code, epreuve in progressive.items() if epreuve.position]
    assert free == ["E1", "E2", "E3", "E4-A", "E4-B", "E5", "C-ANGL", "EF1", "EF2", "EF3"]
    assert {epreuve.group for code, epreuve in shown.items() if code.startswith("EF")} == {"facultatives"}


@pytest.mark.parametrize(
    ("name", "typed"),
    [("option-E2", ""), ("option-E2", "klingon"), ("position-E1", "benefice"), ("position-EF2", "dispense")],
)
def test_a_language_or_a_position_that_cannot_be_had_is_refused(name: str, typed: str) -> None:
    assert pointers(with_tab_answers("epreuves", {name: typed}), EPREUVES) == [name]
    assert "specialite" in pointers(with_answers("qualification", specialite="99999"), QUALIFICATION)


def test_an_establishment_habilite_for_ccf_changes_the_modes() -> None:
    lines = registration_form.recap(with_answers("candidature", etablissement="0250099Z")).epreuves
    modes = {line.code: line.mode_label for line in lines}
    assert modes["E3"] == "Contrôle en cours de formation (CCF)"
    assert modes["E1"] == "Ponctuel"


def test_a_tab_that_does_not_exist_is_not_found() -> None:
    for number in (0, 10, -1):
        with pytest.raises(NotFound):
            registration_form.tab_view(DOSSIER, number)


def test_every_tab_is_described_empty_and_filled_with_the_text_that_an_exam_gives_it_on_top() -> None:
    tabs = tuple(replace(tab, text=("Lisez ceci.",)) for tab in BTS.tabs)
    for dossier in (EMPTY, DOSSIER):
        with_texts = replace(dossier, exam=replace(BTS, tabs=tabs))
        for tab in registration_form.tab_states(dossier, 1):
            described(dossier, tab.number)
            assert registration_form.tab_view(with_texts, tab.number).paragraphs[0] == "Lisez ceci.", tab.title


def test_a_field_without_a_search_proposes_nothing() -> None:
    assert found(DOSSIER, IDENTIFICATION, "nationalite", "fr") == found(DOSSIER, DIPLOMA, "diplome", "bac") == []
