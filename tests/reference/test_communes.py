import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reference import communes
from services.reference.communes import Kind
from services.reference.lists import departements


def labels(departement: str, typed: str, limit: int = communes.MAX_PROPOSALS) -> list[str]:
    return [commune.label for commune in communes.search(departement, typed, limit)]


@pytest.mark.parametrize(
    ("departement", "typed", "expected"),
    [
        ("014", "caen", "CAEN"),
        ("025", "Besançon", "BESANCON"),
        ("094", "l’hay les roses", "L'HAY-LES-ROSES"),
        ("094", "LHAY-LES-ROSES", "L'HAY-LES-ROSES"),
        ("002", "oeuilly", "OEUILLY"),
        ("069", "Ste Foy les Lyon", "SAINTE-FOY-LES-LYON"),
        ("013", "Stes-Maries-de-la-Mer", "SAINTES-MARIES-DE-LA-MER"),
        ("02B", "bastia", "BASTIA"),
        ("988", "nouméa", "NOUMEA"),
        ("013", "Marseille 01 arrondissement", "MARSEILLE 1ER ARRONDISSEMENT"),
        ("069", "Lyon 3ème Arrondissement", "LYON 3E ARRONDISSEMENT"),
        ("001", "Arbignieu", "ARBIGNIEU"),
    ],
)
def test_a_commune_is_found_however_it_is_spelt(departement: str, typed: str, expected: str) -> None:
    commune = communes.exact(departement, typed)
    assert commune is not None
    assert commune.label == expected
    assert labels(departement, typed)[0] == expected


@pytest.mark.parametrize(
    ("departement", "typed"),
    [("014", "troyes"), ("014", "cae"), ("016", "bors"), ("999", "caen"), ("014", "'- "), ("014", "a" * 9999)],
)
def test_no_exact_match_is_none(departement: str, typed: str) -> None:
    assert communes.exact(departement, typed) is None


def test_names_that_begin_so_come_before_names_with_such_a_word() -> None:
    names = labels("010", "troyes")
    assert names[0] == "TROYES"
    assert "CRENEY-PRES-TROYES" in names


def test_a_later_word_finds_too() -> None:
    assert "SARGE-LES-LE-MANS" in labels("072", "mans")
    assert labels("013", "ste marie mer") == ["SAINTES-MARIES-DE-LA-MER"]


def test_the_article_of_a_name_may_be_left_out() -> None:
    assert labels("072", "mans")[:2] == ["LE MANS", "MANSIGNE"]
    assert labels("017", "rochel")[0] == "LA ROCHELLE"
    assert labels("094", "haÿ")[0] == "L'HAY-LES-ROSES"


def test_st_finds_saints_and_may_still_become_strasbourg() -> None:
    names = labels("067", "st", limit=100)
    assert "SAINT-NABOR" in names
    assert "STRASBOURG" in names


def test_an_unfinished_word_is_enough() -> None:
    assert labels("062", "st om")[0] == "SAINT-OMER"


def test_paris_is_listed_with_its_arrondissements_in_their_order() -> None:
    names = labels("075", "paris")
    assert len(names) == 21
    assert names[:3] == ["PARIS", "PARIS 1ER ARRONDISSEMENT", "PARIS 2E ARRONDISSEMENT"]
    assert names[-1] == "PARIS 20E ARRONDISSEMENT"


def test_a_name_is_proposed_once_and_stands_for_the_commune_of_today() -> None:
    assert labels("025", "ornans") == ["ORNANS"]
    ornans = communes.exact("025", "ornans")
    assert ornans is not None
    assert ornans.kind is Kind.CURRENT


def test_two_communes_told_apart_by_their_canton_are_both_proposed() -> None:
    both = ["BORS (CANTON DE CHARENTE-SUD)", "BORS (CANTON DE TUDE-ET-LAVALETTE)"]
    assert labels("016", "bors")[:2] == both


def test_nothing_typed_gives_the_first_names() -> None:
    assert labels("986", "") == ["ALO", "SIGAVE", "UVEA"]


def test_the_limit_is_kept() -> None:
    assert [len(communes.search("062", "s", limit)) for limit in (-1, 0, 5)] == [0, 0, 5]


def test_an_endless_text_is_not_searched() -> None:
    assert communes.search("062", "a " * 50_000) == ()


def test_every_departement_has_communes_and_its_own_only() -> None:
    for departement in departements.all():
        listed = communes.of_departement(departement.code)
        assert listed
        assert {commune.departement for commune in listed} == {departement.code}


def test_a_postal_code_proposes_its_communes() -> None:
    assert [commune.label for commune in communes.by_postal_code("25000")] == ["BESANCON"]
    assert [commune.label for commune in communes.by_postal_code("25 000")] == ["BESANCON"]
    assert "AMBLEON" in [commune.label for commune in communes.by_postal_code("01300")]


def test_a_postal_code_of_an_arrondissement_proposes_the_town() -> None:
    assert [commune.label for commune in communes.by_postal_code("75015")] == ["PARIS"]
    assert [commune.label for commune in communes.by_postal_code("20000")] == ["AJACCIO"]


@pytest.mark.parametrize("code", ["25030", "", "99999", "abcde"])
def test_a_cedex_or_unknown_code_proposes_nothing(code: str) -> None:
    assert communes.by_postal_code(code) == ()


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
