import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reference import academies, communes
from services.reference.lists import csp, departements, nationalites, nationality_label, pays
from services.reference.text import folded


@pytest.mark.parametrize(
    "label",
    ["014 - CALVADOS", "02A - CORSE-DU-SUD", "974 - LA REUNION", "987 - POLYNESIE FRANCAISE"],
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


@pytest.mark.parametrize(
    ("departement", "code"), [("025", "03"), ("02A", "27"), ("974", "28"), ("978", "32")]
)
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
    former = pays.by_code("141")
    conscripts = csp.by_code("83")
    assert former is not None
    assert former.label == "REPUBLIQUE DEMOCRATIQUE ALLEMANDE"
    assert former not in pays.proposed()
    assert {"ALLEMAGNE", "ROYAUME-UNI", "KOSOVO", "SOUDAN DU SUD"} <= {
        country.label for country in pays.proposed()
    }
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
    assert [folded(label) for label in listed[1:-2]] == sorted(
        folded(label) for label in listed[1:-2]
    )


def labels(departement: str, typed: str, limit: int = communes.MAX_PROPOSALS) -> list[str]:
    return [commune.label for commune in communes.search(departement, typed, limit)]


@pytest.mark.parametrize(
    ("departement", "typed", "expected"),
    [
        ("014", "caen", "CAEN"),
        ("094", "LHAY-LES-ROSES", "L'HAY-LES-ROSES"),
        ("013", "Stes-Maries-de-la-Mer", "SAINTES-MARIES-DE-LA-MER"),
        ("02B", "bastia", "BASTIA"),
        ("988", "nouméa", "NOUMEA"),
        ("013", "Marseille 01 arrondissement", "MARSEILLE 1ER ARRONDISSEMENT"),
        ("001", "Arbignieu", "ARBIGNIEU"),
    ],
)
def test_a_commune_is_found_however_it_is_spelt(
    departement: str, typed: str, expected: str
) -> None:
    commune = communes.exact(departement, typed)
    assert commune is not None
    assert commune.label == expected
    assert labels(departement, typed)[0] == expected


@pytest.mark.parametrize(
    ("departement", "typed"),
    [
        ("014", "troyes"),
        ("014", "cae"),
        ("016", "bors"),
        ("999", "caen"),
        ("014", "'- "),
        ("014", "a" * 9999),
    ],
)
def test_no_exact_match_is_none(departement: str, typed: str) -> None:
    assert communes.exact(departement, typed) is None


@pytest.mark.parametrize(
    ("departement", "typed", "first"),
    [
        ("010", "troyes", ["TROYES"]),  # before CRENEY-PRES-TROYES
        ("013", "ste marie mer", ["SAINTES-MARIES-DE-LA-MER"]),
        ("072", "mans", ["LE MANS", "MANSIGNE"]),  # the article of a name may be left out
        ("094", "haÿ", ["L'HAY-LES-ROSES"]),
        ("062", "st om", ["SAINT-OMER"]),  # an unfinished word is enough
        ("025", "ornans", ["ORNANS"]),  # once, though it was another commune before
        ("986", "", ["ALO", "SIGAVE", "UVEA"]),
        ("075", "paris", ["PARIS", "PARIS 1ER ARRONDISSEMENT", "PARIS 2E ARRONDISSEMENT"]),
    ],
)
def test_what_begins_so_comes_first(departement: str, typed: str, first: list[str]) -> None:
    assert labels(departement, typed)[: len(first)] == first
    assert {"SAINT-NABOR", "STRASBOURG"} <= set(labels("067", "st", limit=100)), "a saint or a town"


def test_the_limit_is_kept_and_an_endless_text_is_not_searched() -> None:
    assert [len(communes.search("062", "s", limit)) for limit in (-1, 0, 5)] == [0, 0, 5]
    assert communes.search("062", "a " * 50_000) == ()


def test_every_departement_has_communes_and_its_own_only() -> None:
    for departement in departements.all():
        assert {commune.departement for commune in communes.of_departement(departement.code)} == {
            departement.code
        }


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("25 000", ["BESANCON"]),
        ("75015", ["PARIS"]),
        ("20000", ["AJACCIO"]),
        *((code, []) for code in ("25030", "", "99999", "abcde")),
    ],
)
def test_a_postal_code_proposes_its_communes(code: str, names: list[str]) -> None:
    assert [commune.label for commune in communes.by_postal_code(code)] == names


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["010", "02A", "062", "971", "975"]), st.data())
def test_every_commune_is_found_by_its_own_label(departement: str, data: st.DataObject) -> None:
    commune = data.draw(st.sampled_from(communes.of_departement(departement)))
    assert communes.exact(departement, commune.label) == commune
    assert commune in communes.search(departement, commune.label)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=120))
def test_no_text_breaks_the_search(typed: str) -> None:
    assert len(communes.search("025", typed)) <= communes.MAX_PROPOSALS
    communes.exact("025", typed)
    communes.by_postal_code(typed)
