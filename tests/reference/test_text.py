"""Names as they are kept, places as they are shown and found, and what documents can print."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.documents.rendering import pdf_and_html
from services.reference import text
from services.reference.text import capitals, folded, normalised_text

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


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("  Pierre   Paul ", "Pierre Paul"),
        ("Rene\u0301e", "Renée"),
        ("D\u2019Artagnan", "D'Artagnan"),
        ("D\u02bcArtagnan", "D'Artagnan"),
        ("Jean\u2011Luc", "Jean-Luc"),
        ("Đặng\u00a0Thị Ánh", "Đặng Thị Ánh"),
        ("Łukasz Żółć", "Łukasz Żółć"),
        ("Bi\u202enet", "Binet"),
        ("Bi\u200bnet\x00", "Binet"),
        ("Bi\ud800net", "Binet"),
        (" \t\n", ""),
    ],
)
def test_a_name_is_kept_as_written_in_one_encoding(typed: str, expected: str) -> None:
    assert normalised_text(typed) == expected


@settings(max_examples=50)
@given(st.text(max_size=60))
def test_a_normalised_name_is_nfc_with_single_spaces(text: str) -> None:
    name = normalised_text(text)
    assert unicodedata.is_normalized("NFC", name)
    assert name == " ".join(name.split())


NEVER_TYPED = {0xFFFD, 0xFFFF}  # what stands for a missing character, and none at all


def test_the_characters_taken_are_those_of_the_fonts() -> None:
    assert text.code_points() == pdf_and_html.printable() - NEVER_TYPED


def test_a_character_that_cannot_be_printed_is_named_with_what_to_do() -> None:
    for name in (
        "Łukasz Żółć",
        "Đặng Thị Ánh",
        "Œuvrard",
        "Γιώργος",
        "Дмитрий",
        "1 bis, rue n° 3 (€)",
    ):
        assert text.refusal_of_unprintable(name) is None, name
    assert "« 王 » ne peut pas être imprimé" in str(text.refusal_of_unprintable("王 Wang 王"))
    assert " et 2 de plus ne peuvent" in str(text.refusal_of_unprintable("أبتثجحخ")), (
        "a few at most"
    )
