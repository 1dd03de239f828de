"""File names are made harmless and keep their accents."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.api.uploads import MAX_FILENAME_LENGTH
from services.pieces.domain.files import UNNAMED, clean_filename, extension_of


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Pièce d'identité.pdf", "Pièce d'identité.pdf"),
        ("C:\\Users\\Pierre\\CNI.pdf", "CNI.pdf"),
        ("../../etc/passwd", "passwd"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("fac\u202efdp.exe", "facfdp.exe"),
        ("a\x00b\x1bc.pdf", "abc.pdf"),
        ("deux\r\nlignes.pdf", "deux lignes.pdf"),
        ("  espace   .pdf", "espace .pdf"),
        ("\u200binvisible\ufeff.pdf", "invisible.pdf"),
        ("fin.pdf. . ", "fin.pdf"),
        *((nothing, UNNAMED) for nothing in ("", "..", "///", "\u202e")),
    ],
)
def test_a_name_is_made_harmless(given_name: str, shown: str) -> None:
    assert clean_filename(given_name) == shown


def test_a_long_name_keeps_a_sensible_extension_alone() -> None:
    name = clean_filename("é" * (MAX_FILENAME_LENGTH + 1) + ".pdf")
    assert (len(name), name[-5:]) == (MAX_FILENAME_LENGTH, "é.pdf")
    assert len(clean_filename("a." + "b" * (MAX_FILENAME_LENGTH + 1))) == MAX_FILENAME_LENGTH


@given(st.text(max_size=MAX_FILENAME_LENGTH + 100))
def test_any_name_gives_a_short_visible_name_that_is_stable(name: str) -> None:
    shown = clean_filename(name)
    assert 0 < len(shown) <= MAX_FILENAME_LENGTH
    assert "/" not in shown
    assert "\\" not in shown
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in shown)
    assert clean_filename(shown) == shown


def test_the_extension_is_what_follows_the_last_dot() -> None:
    extensions = {"a.PDF": "pdf", "a.tar.gz": "gz", "a": "", ".pdf": "", "a.": ""}
    assert {name: extension_of(name) for name in extensions} == extensions
