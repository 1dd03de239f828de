"""« Est-ce lisible ? »: what is said of pages good and bad."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pytest
from PIL import Image

from services.pieces.domain.legibility import Sign, signs_of_document
from services.pieces.inspection.pages import look_at, merge_pdfs, picture_to_pdf
from tests.pieces import sample_files
from tests.pieces.corpus import sample_pages
from tests.pieces.corpus.sample_pages import card, large, photographed, rotated_by_90, sheet

# Made by the test that looks at them: every process of a run collects this file.
Pictures = dict[str, Callable[[], Image.Image]]
LEGIBLE: Pictures = {
    "a scanned page": sheet,
    "a landscape page": lambda: sheet((1754, 1240)),
    "three lines": lambda: sheet(lines=3),
    "a single line": lambda: sheet(lines=1),
    "pale print": lambda: sheet(ink=150),
    "small print": lambda: sheet(points=14),
    "large print": lambda: sheet(points=60),
    "a photographed page": lambda: photographed(sheet()),
    "a photographed page of 12 million points": lambda: photographed(large(sheet())),
    "a photographed page slightly out of focus": lambda: photographed(sheet(), blur=1),
    "an identity card": card,
    "a photographed identity card": lambda: photographed(card()),
}
BLANK: Pictures = {
    "white": lambda: Image.new("L", sample_pages.A4, 255),
    "black": lambda: Image.new("L", sample_pages.A4, 0),
    "paper in a room": lambda: photographed(Image.new("L", sample_pages.A4, 240), angle=0),
    "a covered lens": lambda: photographed(Image.new("L", sample_pages.A4, 20), angle=0),
}
SIDEWAYS: Pictures = {
    "a page": lambda: rotated_by_90(sheet()),
    "a landscape page": lambda: rotated_by_90(sheet((1754, 1240))),
    "three lines": lambda: rotated_by_90(sheet(lines=3)),
    "a photographed page": lambda: rotated_by_90(photographed(sheet())),
}
BLURRED: Pictures = {
    "a page out of focus": lambda: photographed(sheet(), blur=3),
    "more so": lambda: photographed(sheet(), blur=6),
    "12 million points out of focus": lambda: photographed(large(sheet()), blur=8),
    "an identity card out of focus": lambda: photographed(card(), blur=4),
}
CASES = [
    *((make, (), f"legible: {name}") for name, make in LEGIBLE.items()),
    *((make, (Sign.BLANK,), f"blank: {name}") for name, make in BLANK.items()),
    *((make, (Sign.SIDEWAYS,), f"sideways: {name}") for name, make in SIDEWAYS.items()),
    *((make, (Sign.BLURRED,), f"blurred: {name}") for name, make in BLURRED.items()),
]


@pytest.mark.parametrize(("make", "signs"), [pytest.param(*case[:2], id=case[2]) for case in CASES])
def test_a_picture_is_called_what_people_would_call_it(
    make: Callable[[], Image.Image], signs: tuple[Sign, ...]
) -> None:
    assert look_at(io.BytesIO(sample_pages.jpeg(make()))).signs == signs


def test_a_picture_of_few_points_is_small() -> None:
    small = sheet((500, 700), points=20)
    assert Sign.SMALL in look_at(io.BytesIO(sample_pages.jpeg(small))).signs
    assert Sign.SMALL not in look_at(io.BytesIO(picture_to_pdf(io.BytesIO(sample_pages.jpeg(small))))).signs, (
        "a PDF has no points"
    )


def test_a_photograph_that_says_how_it_was_held_is_not_sideways() -> None:
    lying = sample_pages.jpeg(rotated_by_90(sheet()), exif=sample_pages.telephone_exif())
    assert Sign.SIDEWAYS not in look_at(io.BytesIO(lying)).signs


def test_the_pages_of_a_pdf_are_counted_and_looked_at() -> None:
    pages = [
        picture_to_pdf(io.BytesIO(sample_pages.jpeg(image))) for image in (sheet(), rotated_by_90(sheet()), sheet())
    ]
    _, content = merge_pdfs(pages)
    look = look_at(io.BytesIO(content))
    assert (look.pages, look.signs) == (3, (Sign.SIDEWAYS,))


def test_a_page_that_its_pdf_turns_upright_is_not_sideways() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(picture_to_pdf(io.BytesIO(sample_pages.jpeg(rotated_by_90(sheet())))))) as document:
        document.pages[0].rotate(90, relative=False)
        document.save(out)
    assert look_at(out).signs == ()


def test_a_document_is_blank_only_if_every_page_is() -> None:
    assert signs_of_document([(), (Sign.BLANK,)]) == ()
    assert signs_of_document([(Sign.BLANK,), (Sign.BLANK,)]) == (Sign.BLANK,)
    assert signs_of_document([(Sign.BLURRED,), (Sign.BLANK,), ()]) == (Sign.BLURRED,)
    assert signs_of_document([]) == ()


def test_of_what_has_no_pages_nothing_is_said() -> None:
    assert look_at(io.BytesIO(sample_files.archive())).signs == ()
