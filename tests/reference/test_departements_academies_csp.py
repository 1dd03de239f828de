import pytest

from services.reference import academies
from services.reference.lists import csp, departements


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


def test_a_csp_of_the_past_is_not_proposed() -> None:
    conscripts = csp.by_code("83")
    assert conscripts in csp.all()
    assert conscripts not in csp.proposed()
