"""Telephones' photographs become what an office can open, without when and where; whether they can
be read."""

import io
from collections.abc import Callable
from contextlib import suppress

import pikepdf
import pytest
from PIL import Image

from services.contracts.piece_rules import MAX_FILE_BYTES, PAGE_SIDE, PREVIEW_SIDE, Sign
from services.pieces.domain.refusals import FileRefused, UnverifiableFile
from services.pieces.inspection.inspections import Conversion, Inspections, Look
from services.pieces.inspection.legibility import signs_of_document
from services.pieces.inspection.pages import look_at, merge_pdfs, to_pdf
from tests.pieces import sample_files
from tests.pieces.corpus import sample_pages
from tests.pieces.corpus.sample_pages import (
    card,
    heic,
    jpeg,
    large,
    photographed,
    rotated_by_90,
    sheet,
    telephone_exif,
)


def _convert(inspections: Inspections, task: Conversion, content: bytes) -> bytes:
    return inspections.convert("somebody", task, io.BytesIO(content))


def test_a_heic_becomes_a_jpeg_without_date_and_place(inspections: Inspections) -> None:
    telephone = heic(large(sheet()), telephone_exif())
    content = _convert(inspections, "to_jpeg", telephone)
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, max(image.size), dict(image.getexif())) == ("JPEG", 4032, {})
    assert b"2021:10:04" in telephone
    assert b"2021:10:04" not in content
    assert len(content) <= MAX_FILE_BYTES


def test_a_heic_cut_short_or_lying_is_refused_within_the_limits(inspections: Inspections) -> None:
    whole = heic(sheet())
    for share in (0.02, 0.1, 0.3, 0.5, 0.8, 0.99):
        with pytest.raises((FileRefused, UnverifiableFile)):
            _convert(inspections, "to_jpeg", whole[: int(len(whole) * share)])
    for size in ((60_000, 60_000), (8_000, 6_000)):
        with pytest.raises(FileRefused) as refusal:
            _convert(inspections, "to_jpeg", sample_pages.heic_saying(size))
        assert refusal.value.reason == "too_many_pixels"
    for size in ((5_000, 5_000), (1, 1), (0, 0)):
        with suppress(FileRefused, UnverifiableFile):
            _convert(inspections, "to_jpeg", sample_pages.heic_saying(size))
    assert len(inspections.checks.idle_programs) == 1, "no program had to be replaced"


def test_a_photograph_becomes_a_page_that_stands_upright_and_is_small_enough(
    inspections: Inspections,
) -> None:
    lying = jpeg(rotated_by_90(large(sheet())), exif=telephone_exif())
    content = _convert(inspections, "to_pdf", lying)
    with pikepdf.open(io.BytesIO(content)) as document:
        (page,) = document.pages
        _, _, width, height = (float(side) for side in page.mediabox)
        (picture,) = page.get_images().values()
        assert height > width
        assert height == pytest.approx(842, abs=2), "as high as A4"
        assert max(int(picture.Width), int(picture.Height)) == PAGE_SIDE
    assert b"2021:10:04" not in content
    assert len(content) < MAX_FILE_BYTES / 6


def test_a_preview_is_a_small_jpeg(inspections: Inspections) -> None:
    for content in (sample_files.pdf(), sample_files.image("PNG", (3000, 40)), heic(sheet())):
        with Image.open(io.BytesIO(_convert(inspections, "preview", content))) as image:
            assert (image.format, max(image.size) <= PREVIEW_SIDE) == ("JPEG", True)


def test_what_is_transparent_is_seen_on_white_paper(inspections: Inspections) -> None:
    transparent = sample_files.saved(Image.new("RGBA", (900, 900), (0, 0, 0, 0)), "PNG")
    with Image.open(io.BytesIO(_convert(inspections, "preview", transparent))) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


def endless_page() -> bytes:
    """A page that paints for ever."""
    with pikepdf.new() as document:
        document.add_blank_page()
        inner = None
        for _ in range(9):
            form = document.make_stream(b"/A Do " * 40)
            form.Type = pikepdf.Name.XObject
            form.Subtype = pikepdf.Name.Form
            form.BBox = [0, 0, 600, 800]
            if inner is not None:
                form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(A=inner))
            inner = form
        document.pages[0].Contents = document.make_stream(b"/A Do")
        document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(A=inner))
        return sample_files.saved(document)


def test_a_page_that_cannot_be_painted_in_time_has_no_look(inspections: Inspections) -> None:
    """It takes the seconds of processor time that a file may take."""
    assert inspections.look("somebody else", io.BytesIO(endless_page())) == Look()


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
    "paper in a room": (
        lambda: photographed(Image.new("L", sample_pages.A4, 240), angle=0),
        (Sign.BLANK,),
    ),
    "a covered lens": (
        lambda: photographed(Image.new("L", sample_pages.A4, 20), angle=0),
        (Sign.BLANK,),
    ),
    "a landscape page on its side": (lambda: rotated_by_90(sheet((1754, 1240))), (Sign.SIDEWAYS,)),
    "three lines on their side": (lambda: rotated_by_90(sheet(lines=3)), (Sign.SIDEWAYS,)),
    "a photographed page on its side": (
        lambda: rotated_by_90(photographed(sheet())),
        (Sign.SIDEWAYS,),
    ),
    "a page out of focus": (lambda: photographed(sheet(), blur=3), (Sign.BLURRED,)),
    "a large page out of focus": (
        lambda: photographed(large(sheet()).reduce(2), blur=4),
        (Sign.BLURRED,),
    ),
    "an identity card out of focus": (lambda: photographed(card(), blur=4), (Sign.BLURRED,)),
}


def signs_of(content: bytes) -> tuple[Sign, ...]:
    return look_at(io.BytesIO(content))[1]


def page_of(image: Image.Image) -> bytes:
    return to_pdf(io.BytesIO(jpeg(image)))


@pytest.mark.parametrize(("make", "signs"), PICTURES.values(), ids=PICTURES)
def test_a_picture_is_called_what_people_call_it(
    make: Callable[[], Image.Image], signs: tuple[Sign, ...]
) -> None:
    assert signs_of(jpeg(make())) == signs


def test_a_picture_of_few_points_is_small() -> None:
    small = sheet((500, 700), points=20)
    assert Sign.SMALL in signs_of(jpeg(small))
    assert Sign.SMALL not in signs_of(page_of(small)), "a PDF has no points"


def test_the_pages_of_a_pdf_are_counted_and_looked_at() -> None:
    document = merge_pdfs([page_of(sheet()), page_of(rotated_by_90(sheet())), page_of(sheet())])
    assert look_at(io.BytesIO(document)) == (3, (Sign.SIDEWAYS,))
    assert signs_of(sample_files.archive()) == (), "of what has no pages nothing is said"


def test_what_its_file_turns_upright_is_not_sideways() -> None:
    lying = rotated_by_90(sheet())
    assert Sign.SIDEWAYS not in signs_of(jpeg(lying, exif=telephone_exif()))
    with pikepdf.open(io.BytesIO(page_of(lying))) as document:
        document.pages[0].rotate(90, relative=False)
        assert signs_of(sample_files.saved(document)) == ()


def test_a_document_is_blank_only_if_every_page_is() -> None:
    blank = (Sign.BLANK,)
    blurred = (Sign.BLURRED,)
    documents: list[list[tuple[Sign, ...]]] = [
        [(), blank],
        [blank, blank],
        [blurred, blank, ()],
        [],
    ]
    assert [signs_of_document(pages) for pages in documents] == [(), blank, blurred, ()]
