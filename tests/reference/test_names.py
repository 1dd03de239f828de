import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reference.text import normalised_text


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
