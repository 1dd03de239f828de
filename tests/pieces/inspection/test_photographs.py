"""Telephones' photographs become what an office can open, without when and where they were taken."""

import io
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from services.confined.checks import Answer, Unreadable
from services.contracts.piece_rules import MAX_FILE_BYTES, PAGE_SIDE, PREVIEW_SIDE
from services.pieces.domain.refusals import FileRefused, UnverifiableFile
from services.pieces.inspection.inspections import Conversion, Inspections, Look, believed, read_look
from tests.pieces import sample_files
from tests.pieces.corpus import sample_pages
from tests.pieces.corpus.sample_pages import heic, heic_saying, sheet

FOLDER = Path(__file__).parents[3]
# As in a container: whom limits of the number of processes hold.
_UNPRIVILEGED = """
import io, os, sys
from services.confined.program import confine, filter_of_calls
from services.pieces.inspection import images, tasks
from services.pieces.inspection.inspections import LIMITS
tasks.preload()
content = io.BytesIO(sys.stdin.buffer.read())
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
confine(LIMITS, filter_of_calls(), os.dup(1))
made = images.to_jpeg(content)
try:
    os.fork()
except OSError as error:
    os.write(0, type(error).__name__.encode() + b" " + made[:3])
"""


def _convert(inspections: Inspections, task: Conversion, content: bytes) -> bytes:
    return inspections.convert("somebody", task, io.BytesIO(content))


def test_a_heic_becomes_a_jpeg_without_date_and_place(inspections: Inspections) -> None:
    telephone = heic(sample_pages.large(sheet()), sample_pages.telephone_exif())
    content = _convert(inspections, "to_jpeg", telephone)
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "JPEG"
        assert max(image.size) == 4032
        assert dict(image.getexif()) == {}
    assert b"2021:10:04" in telephone
    assert b"2021:10:04" not in content
    assert len(content) <= MAX_FILE_BYTES


def test_the_confined_process_of_an_ordinary_user_reads_a_heic_and_starts_no_process() -> None:
    ran = subprocess.run(
        [sys.executable, "-B", "-c", _UNPRIVILEGED], cwd=FOLDER, input=heic(sheet()), capture_output=True, check=False
    )
    assert ran.stdout == b"PermissionError \xff\xd8\xff", ran.stderr.decode()


def test_a_heic_cut_short_or_lying_is_refused_within_the_limits(inspections: Inspections) -> None:
    whole = heic(sheet())
    for share in (0.02, 0.1, 0.3, 0.5, 0.8, 0.99):
        with pytest.raises((FileRefused, UnverifiableFile)):
            _convert(inspections, "to_jpeg", whole[: int(len(whole) * share)])
    for size in ((60_000, 60_000), (8_000, 6_000)):
        with pytest.raises(FileRefused) as refusal:
            _convert(inspections, "to_jpeg", heic_saying(size))
        assert refusal.value.reason == "too_many_pixels"
    for size in ((5_000, 5_000), (1, 1), (0, 0)):
        try:
            _convert(inspections, "to_jpeg", heic_saying(size))
        except (FileRefused, UnverifiableFile):
            continue
    assert len(inspections.checks.idle_programs) == 1, "no program had to be replaced"


def test_a_photograph_becomes_a_page_that_stands_upright_and_is_small_enough(inspections: Inspections) -> None:
    lying = sample_pages.jpeg(
        sample_pages.rotated_by_90(sample_pages.large(sheet())), exif=sample_pages.telephone_exif()
    )
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
            assert image.format == "JPEG"
            assert max(image.size) <= PREVIEW_SIDE


def test_what_is_transparent_is_seen_on_white_paper(inspections: Inspections) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (900, 900), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(_convert(inspections, "preview", out.getvalue()))) as image:
        assert image.getpixel((5, 5)) == (255, 255, 255)


def endless_page() -> bytes:
    """A page that paints for ever."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        again = document.make_stream(b"/A Do " * 40)
        again.Type, again.Subtype, again.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 600, 800]
        for _ in range(8):
            outer = document.make_stream(b"/A Do " * 40)
            outer.Type, outer.Subtype, outer.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 600, 800]
            outer.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(A=again))
            again = outer
        content = document.make_stream(b"/A Do")
        document.pages[0].Contents = content
        document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(A=again))
        document.save(out)
    return out.getvalue()


def test_a_page_that_cannot_be_painted_in_time_has_no_look(inspections: Inspections) -> None:
    """It takes the seconds of processor time that a file may take."""
    assert inspections.look("somebody else", io.BytesIO(endless_page())) == Look()


def test_a_look_that_makes_no_sense_is_not_believed() -> None:
    for facts in ({}, {"pages": "many", "signs": []}, {"pages": 1, "signs": 5}):
        with pytest.raises(Unreadable):
            believed(Answer(facts), read_look)
    assert believed(Answer({"pages": 1, "signs": ["blank", "infected"]}), read_look).signs == ("blank",)
