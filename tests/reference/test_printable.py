"""What documents can print is what the portal takes."""

from __future__ import annotations

import pytest

from services.documents.rendering import pdf_and_html
from services.reference import text

NEVER_TYPED = {0xFFFD, 0xFFFF}  # what stands for a missing character, and none at all


def test_the_characters_taken_are_those_of_the_fonts() -> None:
    assert text.code_points() == pdf_and_html.printable() - NEVER_TYPED


@pytest.mark.parametrize(
    "name", ["Łukasz Żółć", "Đặng Thị Ánh", "Œuvrard", "L'Haÿ-les-Roses", "Γιώργος", "Дмитрий", "1 bis, rue n° 3 (€)"]
)
def test_latin_of_every_country_greek_and_cyrillic_are_taken(name: str) -> None:
    assert text.refusal_of_unprintable(name) is None


def test_a_character_that_cannot_be_printed_is_named_with_what_to_do() -> None:
    detail = text.refusal_of_unprintable("王 Wang 王")
    assert detail == (
        "Le caractère « 王 » ne peut pas être imprimé sur vos documents. Écrivez en lettres latines, comme sur votre "
        "pièce d'identité française ou votre titre de séjour."
    )


def test_several_are_named_a_few_at_most() -> None:
    assert str(text.refusal_of_unprintable("王明")).startswith(
        "Les caractères « 王 », « 明 » ne peuvent pas être imprimés"
    )
    assert " et 2 de plus ne peuvent" in str(text.refusal_of_unprintable("أبتثجحخ"))
