"""« Informations candidature »: category, establishment, consents, handicap."""

import pytest

from services.registrations.domain import registration_form
from tests.registrations.domain.example_dossier import DOSSIER, details, with_answers
from tests.registrations.domain.tab_reading import CANDIDATURE, EMPTY, field, pointers, sections


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
    asked = with_answers("candidature", handicap="oui")
    assert "médecin" in field(asked, CANDIDATURE, "handicap_conseil").label
    assert "handicap_conseil" not in [field.name for s in sections(DOSSIER, CANDIDATURE) for field in s.fields]
    assert registration_form.checked_content(asked).confirmation.handicap


def test_who_renounces_is_told_what_for() -> None:
    hint = field(EMPTY, CANDIDATURE, "renoncement").hint
    assert hint
    assert "repasser des épreuves" in hint


@pytest.mark.parametrize(
    ("categorie", "codes"),
    [("320", ["0250013D", "0250099Z"]), ("410", ["CNED"]), ("510", ["INDIVIDUELS 025"])],
)
def test_establishments_are_searched_by_category_and_residence(categorie: str, codes: list[str]) -> None:
    options = registration_form.search(
        with_answers("candidature", categorie=categorie), CANDIDATURE, "etablissement", "", 10
    )
    assert [option.value for option in options] == codes


def test_an_establishment_of_another_kind_is_refused() -> None:
    [reason] = details(registration_form.tab_errors(with_answers("candidature", etablissement="CNED"), CANDIDATURE))
    assert "ne correspond pas à la catégorie FORMATION CONTINUE (320)" in reason


def test_without_a_script_what_was_typed_for_an_establishment_gives_proposals() -> None:
    typed = with_answers("candidature", etablissement="adrien")
    assert [option.value for option in field(typed, CANDIDATURE, "etablissement").options] == ["0250013D"]
    assert pointers(typed, CANDIDATURE) == ["etablissement"]


def test_an_establishment_chosen_is_shown_by_its_label() -> None:
    assert field(DOSSIER, CANDIDATURE, "etablissement").display == "LP P.ADRIEN PARIS - BESANCON (0250013D)"
