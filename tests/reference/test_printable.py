"""What documents can print is what the portal takes."""

from services.documents.rendering import pdf_and_html
from services.reference import text

NEVER_TYPED = {0xFFFD, 0xFFFF}  # what stands for a missing character, and none at all


def test_the_characters_taken_are_those_of_the_fonts() -> None:
    assert text.code_points() == pdf_and_html.printable() - NEVER_TYPED


def test_a_character_that_cannot_be_printed_is_named_with_what_to_do() -> None:
    for name in ("Łukasz Żółć", "Đặng Thị Ánh", "Œuvrard", "Γιώργος", "Дмитрий", "1 bis, rue n° 3 (€)"):
        assert text.refusal_of_unprintable(name) is None, name
    assert "« 王 » ne peut pas être imprimé" in str(text.refusal_of_unprintable("王 Wang 王"))
    assert " et 2 de plus ne peuvent" in str(text.refusal_of_unprintable("أبتثجحخ")), "a few at most"
