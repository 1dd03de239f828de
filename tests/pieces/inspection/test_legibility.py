"""« Est-ce lisible ? »: what is said of pages good and bad."""

import io
from collections.abc import Callable

import pikepdf
import pytest
from PIL import Image

from services.contracts.piece_rules import Sign
from services.pieces.inspection.legibility import signs_of_document
from services.pieces.inspection.pages import look_at, merge_pdfs, to_pdf
from tests.pieces import sample_files
from tests.pieces.corpus import sample_pages
from tests.pieces.corpus.sample_pages import card, large, photographed, rotated_by_90, sheet

# Made by the test that looks at them: every process of a run collects this file.
PICTURES: dict[str, tuple[Callable[[], Image.Image], tuple[Sign, ...]]] = {
    "a scanned page": (sheet, ()),
    "a single line": (lambda: sheet(lines=1), ()),
    "pale print": (lambda: sheet(ink=150), ()),
    "small print": (lambda: sheet(points=14), ()),
    "large print": (lambda: sheet(points=60), ()),
    "a photographed page": (lambda: photographed(sheet()), ()),
    "a photographed page slightly out of focus": (lambda: photographed(sheet(), blur=1), ()),
    "an identity card": (card, ()),
    "a photographed identity card": (lambda: photographed(card()), ()),
    "white": (lambda: Image.new("L", sample_pages.A4, 255), (Sign.BLANK,)),
    "paper in a room": (lambda: photographed(Image.new("L", sample_pages.A4, 240), angle=0), (Sign.BLANK,)),
    "a covered lens": (lambda: photographed(Image.new("L", sample_pages.A4, 20), angle=0), (Sign.BLANK,)),
    "a landscape page on its side": (lambda: rotated_by_90(sheet((1754, 1240))), (Sign.SIDEWAYS,)),
    "three lines on their side": (lambda: rotated_by_90(sheet(lines=3)), (Sign.SIDEWAYS,)),
    "a photographed page on its side": (lambda: rotated_by_90(photographed(sheet())), (Sign.SIDEWAYS,)),
    "a page out of focus": (lambda: photographed(sheet(), blur=3), (Sign.BLURRED,)),
    "a large page out of focus": (lambda: photographed(large(sheet()).reduce(2), blur=4), (Sign.BLURRED,)),
    "an identity card out of focus": (lambda: photographed(card(), blur=4), (Sign.BLURRED,)),
}


@pytest.mark.parametrize(("make", "signs"), PICTURES.values(), ids=PICTURES)
def test_a_picture_is_called_what_people_call_it(make: Callable[[], Image.Image], signs: tuple[Sign, ...]) -> None:
    assert look_at(io.BytesIO(sample_pages.jpeg(make())))[1] == signs


def test_a_picture_of_few_points_is_small() -> None:
    small = sheet((500, 700), points=20)
    assert Sign.SMALL in look_at(io.BytesIO(sample_pages.jpeg(small)))[1]
    as_pdf = to_pdf(io.BytesIO(sample_pages.jpeg(small)))
    assert Sign.SMALL not in look_at(io.BytesIO(as_pdf))[1], "a PDF has no points"


def test_a_photograph_that_says_how_it_was_held_is_not_sideways() -> None:
    lying = sample_pages.jpeg(rotated_by_90(sheet()), exif=sample_pages.telephone_exif())
    assert Sign.SIDEWAYS not in look_at(io.BytesIO(lying))[1]


def test_the_pages_of_a_pdf_are_counted_and_looked_at() -> None:
    pages = [to_pdf(io.BytesIO(sample_pages.jpeg(image))) for image in (sheet(), rotated_by_90(sheet()), sheet())]
    assert look_at(io.BytesIO(merge_pdfs(pages))) == (3, (Sign.SIDEWAYS,))
    assert look_at(io.BytesIO(sample_files.archive()))[1] == (), "of what has no pages nothing is said"


def test_a_page_that_its_pdf_turns_upright_is_not_sideways() -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(to_pdf(io.BytesIO(sample_pages.jpeg(rotated_by_90(sheet())))))) as document:
        document.pages[0].rotate(90, relative=False)
        document.save(out)
    assert look_at(out)[1] == ()


def test_a_document_is_blank_only_if_every_page_is() -> None:
    assert signs_of_document([(), (Sign.BLANK,)]) == ()
    assert signs_of_document([(Sign.BLANK,), (Sign.BLANK,)]) == (Sign.BLANK,)
    assert signs_of_document([(Sign.BLURRED,), (Sign.BLANK,), ()]) == (Sign.BLURRED,)
    assert signs_of_document([]) == ()
