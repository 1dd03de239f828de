import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reference.text import capitals, folded

latin = st.text(st.characters(max_codepoint=0x24F, exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("L'Haÿ-les-Roses", "L'HAY-LES-ROSES"),
        ("L’Haÿ-les-Roses", "L'HAY-LES-ROSES"),
        ("Œuilly", "OEUILLY"),
        ("  Aÿ   Champagne ", "AY CHAMPAGNE"),
        ("Troyes\u0300", "TROYES"),
        ("Łódź", "LODZ"),
        ("Đà Nẵng", "DA NANG"),
        ("Straße", "STRASSE"),
        ("Кривой Рог", "КРИВОЙ РОГ"),
    ],
)
def test_a_place_is_shown_in_unaccented_capitals(typed: str, shown: str) -> None:
    assert capitals(typed) == shown


@pytest.mark.parametrize(
    ("spelling", "other_spelling"),
    [
        ("Saint-Étienne", "st etienne"),
        ("Sainte-Foy-lès-Lyon", "STE FOY LES LYON"),
        ("Saintes-Maries-de-la-Mer", "Stes Maries de la Mer"),
        ("L'Haÿ-les-Roses", "l’hay les roses"),
        ("Paris 1er Arrondissement", "paris 01 arrondissement"),
        ("Lyon 2e Arrondissement", "Lyon 2ème arrondissement"),
        ("Moÿ-de-l'Aisne", "moy de l aisne"),
    ],
)
def test_two_spellings_of_a_place_are_equal_once_folded(spelling: str, other_spelling: str) -> None:
    assert folded(spelling) == folded(other_spelling)
    assert folded("St-Marie") != folded("Ste-Marie")
    assert folded("Strasbourg") == "strasbourg"


@settings(max_examples=50)
@given(latin)
def test_a_place_and_its_capitals_fold_alike(text: str) -> None:
    assert folded(capitals(text)) == folded(text)
