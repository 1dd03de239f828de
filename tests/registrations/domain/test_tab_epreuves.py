"""« Epreuves »: what is sat, in which position and language."""

from services.registrations.domain import registration_form
from tests.registrations.domain.example_dossier import DOSSIER, with_answers
from tests.registrations.domain.tab_reading import EPREUVES, pointers


def test_epreuves_are_titled_as_in_the_guide() -> None:
    titles = [epreuve.title for epreuve in registration_form.tab_view(DOSSIER, EPREUVES).epreuves or ()]
    assert "E2 : Langue vivante 1 : Anglais : Inscrit" in titles
    assert "EF1 : Langue vivante 2 : Allemand : Inscrit" in titles
    assert "EF2 : Certification professionnelle : Non Inscrit" in titles


def test_mandatory_epreuves_are_fixed_and_facultatives_chosen() -> None:
    shown = {epreuve.code: epreuve for epreuve in registration_form.tab_view(DOSSIER, EPREUVES).epreuves or ()}
    assert [code for code, epreuve in shown.items() if epreuve.position] == ["EF1", "EF2", "EF3"]
    assert [code for code, epreuve in shown.items() if epreuve.option] == ["E2", "EF1"]
    assert {epreuve.group for code, epreuve in shown.items() if code.startswith("EF")} == {"facultatives"}


def test_the_progressive_form_lets_units_be_chosen() -> None:
    dossier = with_answers("qualification", forme="progressive")
    free = [
        epreuve.code for epreuve in registration_form.tab_view(dossier, EPREUVES).epreuves or () if epreuve.position
    ]
    assert free == ["E1", "E2", "E3", "E4-A", "E4-B", "E5", "C-ANGL", "EF1", "EF2", "EF3"]


def test_a_language_must_be_chosen_where_one_is_sat() -> None:
    assert pointers(with_answers("epreuves", option__E2=""), EPREUVES) == ["option-E2"]
    assert pointers(with_answers("epreuves", option__E2="klingon"), EPREUVES) == ["option-E2"]


def test_a_position_that_cannot_be_had_is_refused() -> None:
    assert pointers(with_answers("epreuves", position__E1="benefice"), EPREUVES) == ["position-E1"]
    assert pointers(with_answers("epreuves", position__EF2="dispense"), EPREUVES) == ["position-EF2"]


def test_an_establishment_habilite_for_ccf_changes_the_modes() -> None:
    lines = registration_form.recap(with_answers("candidature", etablissement="0250099Z")).epreuves
    modes = {line.code: line.mode_label for line in lines}
    assert modes["E3"] == "Contrôle en cours de formation (CCF)"
    assert modes["E1"] == "Ponctuel"


def test_the_first_language_is_not_offered_as_the_second() -> None:
    shown = {epreuve.code: epreuve.option for epreuve in registration_form.tab_view(DOSSIER, EPREUVES).epreuves or ()}
    first, second = shown["E2"], shown["EF1"]
    assert first
    assert second
    assert "anglais" in [option.value for option in first.options]
    assert [option.value for option in second.options] == ["allemand", "espagnol", "italien"]
