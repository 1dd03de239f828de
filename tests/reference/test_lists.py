import pytest

from services.reference import academies
from services.reference.lists import csp, departements, nationalites, nationality_label, pays
from services.reference.text import folded


@pytest.mark.parametrize(
    "label", ["014 - CALVADOS", "02A - CORSE-DU-SUD", "974 - LA REUNION", "987 - POLYNESIE FRANCAISE"]
)
def test_a_departement_is_listed_and_labelled_as_in_the_guide(label: str) -> None:
    departement = departements.by_code(label[:3])
    assert departement is not None
    assert departement.label == label
    assert departement in departements.all()
    for unknown in ("14", "02a", "999", ""):
        assert departements.by_code(unknown) is None


def test_academies_are_sorted_by_their_name_without_its_article() -> None:
    names = [academie.label for academie in academies.all()]
    orleans, besancon, amiens = (
        names.index(f"ACADÉMIE {name}") for name in ("D'ORLEANS-TOURS", "DE BESANCON", "D'AMIENS")
    )
    assert amiens < besancon < orleans
    assert names.index("ACADÉMIE DE NORMANDIE") < orleans < names.index("ACADÉMIE DE PARIS")
    assert names.index("ACADÉMIE DE RENNES") < names.index("ACADÉMIE DE LA REUNION")
    assert academies.place_in_lists("MAROC") == "maroc"


@pytest.mark.parametrize(("departement", "code"), [("025", "03"), ("02A", "27"), ("974", "28"), ("978", "32")])
def test_a_departement_leads_to_its_academie(departement: str, code: str) -> None:
    academie = academies.of_departement(departement)
    assert academie is not None
    assert academie.code == code
    assert academies.of_departement("988") is academies.of_departement("999") is None


def test_academies_and_departements_agree() -> None:
    for academie in academies.all():
        for departement in academie.departements:
            assert academies.of_departement(departement) is academie
        named = {place.code for place in departements.all() if place.academie == academie.code}
        assert set(academie.departements) == named  # departements.json is their home


def test_what_is_of_the_past_is_known_but_not_proposed() -> None:
    former, conscripts = pays.by_code("141"), csp.by_code("83")
    assert former is not None
    assert former.label == "REPUBLIQUE DEMOCRATIQUE ALLEMANDE"
    assert former not in pays.proposed()
    assert {"ALLEMAGNE", "ROYAUME-UNI", "KOSOVO", "SOUDAN DU SUD"} <= {country.label for country in pays.proposed()}
    assert conscripts in csp.all()
    assert conscripts not in csp.proposed()


def test_france_has_the_label_of_the_guide_and_comes_first() -> None:
    france = pays.by_code("100")
    assert france is not None
    assert france.label == "FRANCE (DONT OUTRE-MER)"
    assert france.is_france
    assert pays.proposed()[0] is france


def test_the_nationality_follows_the_civilite() -> None:
    assert nationality_label("100", "MONSIEUR") == "Français"
    assert nationality_label("100", "MADAME") == "Française"
    assert nationality_label("126", "MADAME") == "Grecque"


def test_nationalities_are_listed_by_label_with_french_first_and_special_ones_last() -> None:
    listed = [nationalite.masculine for nationalite in nationalites.all()]
    assert listed[0] == "Français"
    assert listed[-2:] == ["Apatride", "Autre nationalité"]
    assert [folded(label) for label in listed[1:-2]] == sorted(folded(label) for label in listed[1:-2])
