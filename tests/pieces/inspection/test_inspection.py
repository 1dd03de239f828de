"""Files good and bad: what is accepted, what is refused and why; what acts in a file is found and
not in its copy."""

import contextlib
import io
import itertools
import random

import pikepdf
import pytest
from pikepdf import Dictionary

from services.chassis.errors import DomainError
from services.confined.checks import START_SECONDS
from services.contracts.api.pieces import FILE_SECONDS
from services.contracts.piece_rules import Format
from services.pieces.domain.files import list_formats
from services.pieces.domain.refusals import FileRefused
from services.pieces.inspection.active_contents import find
from services.pieces.inspection.inspections import (
    COPY_SECONDS,
    LIMITS,
    MAX_COPY_BYTES,
    MAX_WAIT_SECONDS,
)
from services.pieces.inspection.pages import merge_pdfs, to_pdf
from services.pieces.inspection.tasks import inspect_file
from tests.pieces import sample_files
from tests.pieces.corpus.active_pdfs import ACTIVE_PDFS, pdf
from tests.pieces.inspection.good_files import GOOD_FILES

ALL = tuple(Format)


def refused(content: bytes, name: str) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        inspect_file(io.BytesIO(content), name, ALL)
    return caught.value


def test_a_word_document_cut_short_is_called_a_word_document() -> None:
    refusal = refused(sample_files.docx()[:-40], "a.docx")
    assert refusal.reason == "damaged"
    assert refusal.detail.startswith("Ce document DOCX est incomplet ou endommagé : ")
    assert "c'est une archive ZIP" in refused(sample_files.archive(), "a.docx").detail


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (sample_files.pdf()[:-8], "a.pdf"),
        (sample_files.pdf().replace(b"startxref\n", b"startxref\n9"), "a.pdf"),
        (b"%PDF-1.7\nnothing\nstartxref\n4\n%%EOF\n", "a.pdf"),
        (sample_files.pdf(pages=0), "a.pdf"),
        (sample_files.image("PNG")[:-12], "a.png"),
        (sample_files.image("JPEG")[:-400], "a.jpg"),
        (sample_files.archive()[:-40], "a.zip"),
        (sample_files.avi()[:-100], "a.avi"),
        (sample_files.mp4()[:-10], "a.mp4"),
    ],
)
def test_a_file_cut_short_is_refused_as_incomplete(content: bytes, name: str) -> None:
    refusal = refused(content, name)
    assert refusal.reason == "damaged"
    feminine = refusal.detail.startswith("Cette")
    assert (
        "est incomplète ou endommagée : elle" if feminine else "est incomplet ou endommagé : il"
    ) in refusal.detail


def test_a_file_with_a_password_is_refused_at_once() -> None:
    archive = bytearray(sample_files.archive())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        archive[archive.find(mark) + offset] |= 1
    for content, name, words in (
        (
            sample_files.doc(encrypted=True),
            "a.doc",
            "est protégé par un mot de passe : il ne pourra pas être lu.",
        ),
        (
            sample_files.ole({"EncryptedPackage": b"\1" * 5000, "EncryptionInfo": b"\1" * 5000}),
            "a.docx",
            "il ne",
        ),
        (
            bytes(archive),
            "a.zip",
            "est protégée par un mot de passe : elle ne pourra pas être lue.",
        ),
    ):
        refusal = refused(content, name)
        assert refusal.reason == "protected", name
        assert words in refusal.detail, name


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (sample_files.pdf(), "a.png"),
        (sample_files.image("PNG"), "a.jpg"),
        (sample_files.archive(), "a.docx"),
        (sample_files.docx(), "a.zip"),
        (sample_files.doc(), "a.docx"),
        (sample_files.pdf(), "sans extension"),
        (sample_files.image("JPEG"), "photo.heic"),
    ],
)
def test_a_name_that_says_another_kind_is_refused(content: bytes, name: str) -> None:
    assert refused(content, name).reason == "mismatch"


@pytest.mark.parametrize(
    ("content", "name", "expected_words"),
    [
        (b"<!DOCTYPE html><html></html>", "a.html", ""),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", ""),
        (b"bonjour", "a.txt", "TXT"),
        (b"bonjour", "a.pdf", "aucun format connu"),
        (b"MZ\x90\x00" + b"\0" * 300, "a.exe", ""),
        (b"\x7fELF" + b"\0" * 300, "a.pdf", ""),
        (b"GIF89a" + b"\0" * 50, "a.gif", "GIF"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "photo.jpg", "HEIC"),
        (sample_files.mp4(b"qt  "), "a.mp4", "MOV"),
        (b"RIFF\x00\x01\x00\x00WAVEfmt ", "a.avi", ""),
        (b"RIFF\x00\x01\x00\x00WEBPVP8 ", "a.jpg", "WEBP"),
        (b"Rar!\x1a\x07\x01\x00" + b"\0" * 50, "a.zip", "RAR"),
        (sample_files.ole({"Workbook": b"x" * 5000}), "a.xls", "XLS"),
        (sample_files.ole({"Autre": b"x" * 5000}), "a.doc", ""),
        (b"<b>%PDF-1.7</b>", "a.pdf", ""),
    ],
)
def test_what_is_none_of_them_is_refused_with_the_list(
    content: bytes, name: str, expected_words: str
) -> None:
    refusal = refused(content, name)
    assert refusal.http_status == 415
    assert f"Formats acceptés : {list_formats(ALL)}." in refusal.detail
    assert expected_words in refusal.detail


@pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO file")
def test_spoilt_bytes_are_refused_or_accepted_but_never_fail() -> None:
    for name, content, _ in GOOD_FILES:
        chance = random.Random(name)
        for _ in range(20):
            spoilt = bytearray(content)
            for _ in range(chance.randint(1, 30)):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            cut = bytes(spoilt[: chance.randrange(1, len(spoilt) + 1)])
            with contextlib.suppress(DomainError):  # any other error fails the test
                inspect_file(io.BytesIO(cut), name, ALL)


PLACE = b"<< /S /GoTo /D (debut) >>"
SITE = b"[ << /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://example.org/JS) >> >> ]"
LINKS = "word/_rels/Settings.xml.rels"
TEMPLATE = (
    '<Relationships><Relationship Id="r" Target="https://example.org/a.dotm"'
    ' TargetMode="{}"/></Relationships>'
)


def copy_of(content: bytes, max_bytes: int = MAX_COPY_BYTES) -> bytes:
    """As `Inspections.copy` makes it."""
    pages = (to_pdf(io.BytesIO(content), number) for number in itertools.count(1))
    return merge_pdfs(list(itertools.takewhile(len, pages)), max_bytes)


@pytest.mark.parametrize("name", ACTIVE_PDFS)
def test_what_acts_is_found_and_its_copy_has_the_pages_and_nothing_of_it(name: str) -> None:
    content, expected = ACTIVE_PDFS[name]
    assert set(find(io.BytesIO(content), Format.PDF) or ()) == expected
    copied = copy_of(content)
    assert find(io.BytesIO(copied), Format.PDF) == []
    with pikepdf.open(io.BytesIO(content)) as original, pikepdf.open(io.BytesIO(copied)) as copy:
        assert len(copy.pages) == len(original.pages)
        written = b" ".join(
            part.unparse(resolved=True) for part in copy.objects if isinstance(part, Dictionary)
        )
        assert set(copy.Root.keys()) == {"/Type", "/Pages"}
        for page in copy.pages:
            assert len(page.get_images()) == 1
            assert "/Font" not in page.resources
            assert "/Annots" not in page
    assert not [
        key for key in (b"/JS", b"/AA", b"/EmbeddedFiles", b"/Font", b"/Launch") if key in written
    ]


def test_what_only_shows_a_place_or_speaks_of_scripts_does_not_act() -> None:
    for content in (
        pdf({"OpenAction": PLACE}, {"Annots": SITE}),
        pdf({"OpenAction": b"[0 /Fit]", "Lang": b"(/JS et \\(/AA\\) \\\\ \\( /XFA )"}),
        *(content for _, content, format in GOOD_FILES if format is Format.PDF),
    ):
        assert find(io.BytesIO(content), Format.PDF) == []


def test_macros_and_templates_of_word_are_found_and_of_an_archive_nobody_can_tell() -> None:
    with_macros = sample_files.ole({"WordDocument": b"t" * 5000, "_VBA_PROJECT": b"x" * 5000})
    linked: list[tuple[bytes, list[str] | None]] = [
        (TEMPLATE.format("Internal").encode(), []),
        (TEMPLATE.format("External").encode(), ["remote_template"]),
        (TEMPLATE.format("Ext&#101;rnal").encode("utf-16"), ["remote_template"]),
        (TEMPLATE.format("External").encode().rjust(70_000), None),
    ]
    for content, format, found in (
        (sample_files.doc(), Format.DOC, []),
        (with_macros, Format.DOC, ["macros"]),
        (sample_files.docx(), Format.DOCX, []),
        *((sample_files.docx({LINKS: links}), Format.DOCX, found) for links, found in linked),
        (sample_files.archive(), Format.ZIP, None),
        (sample_files.image(), Format.PNG, []),
    ):
        assert find(io.BytesIO(content), format) == found


def test_a_copy_of_a_picture_has_one_page_and_each_copy_is_the_same_and_none_too_large() -> None:
    for kind in ("PNG", "JPEG"):
        with pikepdf.open(io.BytesIO(copy_of(sample_files.image(kind)))) as copy:
            assert len(copy.pages) == 1
    copies = {copy_of(sample_files.pdf(pages=2)) for _ in range(2)}
    assert len(copies) == 1
    assert copy_of(sample_files.pdf(), max_bytes=500) == b""


def test_the_gateway_waits_longer_than_the_slowest_inspection_takes() -> None:
    assert MAX_WAIT_SECONDS + START_SECONDS + LIMITS.wall < FILE_SECONDS
    assert 2 * MAX_WAIT_SECONDS + COPY_SECONDS + LIMITS.wall < FILE_SECONDS
