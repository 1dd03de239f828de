"""Files good and bad: what is accepted, what is refused, and what the candidate reads."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import zipfile

import pytest

from services.chassis.errors import DomainError
from services.contracts.file_rules import MAX_FILE_BYTES
from services.pieces.domain.formats import Format
from services.pieces.domain.refusals import FileRefused, FormatRefused, protected
from services.pieces.inspection import ole
from services.pieces.inspection.archives import MAX_ENTRIES
from services.pieces.inspection.format_checks import inspect_file
from services.pieces.inspection.images import MAX_PIXELS
from tests.pieces import sample_files

ALL = tuple(Format)
GOOD_FILES = [
    ("a.pdf", sample_files.pdf(), Format.PDF),
    ("A.PDF", sample_files.pdf(), Format.PDF),
    ("restreint.pdf", sample_files.pdf(owner_password="proprietaire"), Format.PDF),
    ("late.pdf", b"\n\n" + sample_files.pdf(), Format.PDF),
    ("a.png", sample_files.image("PNG"), Format.PNG),
    ("a.jpg", sample_files.image("JPEG"), Format.JPG),
    ("a.jpeg", sample_files.image("JPEG", mode="CMYK"), Format.JPG),
    ("a.doc", sample_files.doc(), Format.DOC),
    ("a.docx", sample_files.docx(), Format.DOCX),
    ("a.zip", sample_files.archive(), Format.ZIP),
    ("a.avi", sample_files.avi(), Format.AVI),
    ("a.mp3", sample_files.mp3(), Format.MP3),
    ("nu.mp3", sample_files.mp3(tag=False), Format.MP3),
    ("a.mp4", sample_files.mp4(), Format.MP4),
    ("b.mp4", sample_files.mp4(b"mp42"), Format.MP4),
]


@pytest.mark.parametrize(("name", "content", "expected"), GOOD_FILES, ids=[name for name, _, _ in GOOD_FILES])
def test_each_of_the_nine_formats_is_recognised_by_its_contents(name: str, content: bytes, expected: Format) -> None:
    assert inspect_file(io.BytesIO(content), name, ALL) is expected


def refused(content: bytes, name: str, accepted: tuple[Format, ...] = ALL) -> FileRefused | FormatRefused:
    with pytest.raises((FileRefused, FormatRefused)) as caught:
        inspect_file(io.BytesIO(content), name, accepted)
    return caught.value  # type: ignore[return-value]


def test_a_word_document_cut_short_is_called_a_word_document() -> None:
    refusal = refused(sample_files.docx()[:-40], "a.docx")
    assert (refusal.reason, refusal.detail.split(" : ")[0]) == (
        "damaged",
        "Ce document DOCX est incomplet ou endommagé",
    )
    assert "c'est une archive ZIP" in refused(sample_files.archive(), "a.docx").detail


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("Cette archive ZIP", "Cette archive ZIP est protégée par un mot de passe : elle ne pourra pas être lue."),
        ("Ce PDF", "Ce PDF est protégé par un mot de passe : il ne pourra pas être lu."),
    ],
)
def test_what_is_locked_is_spoken_of_in_its_gender(what: str, words: str) -> None:
    assert protected(what).detail.startswith(words)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (sample_files.pdf()[: len(sample_files.pdf()) // 2], "a.pdf"),
        (sample_files.pdf()[:-8], "a.pdf"),
        (b"%PDF-1.7\n", "a.pdf"),
        (b"%PDF-1.7\nnothing\nstartxref\n4\n%%EOF\n", "a.pdf"),
        (sample_files.pdf(pages=0), "a.pdf"),
        (sample_files.image("PNG")[:-200], "a.png"),
        (sample_files.image("JPEG")[:-400], "a.jpg"),
        (sample_files.archive()[:-40], "a.zip"),
        (sample_files.doc()[:2000], "a.doc"),
        (sample_files.doc()[:512], "a.doc"),
        (sample_files.avi()[:-100], "a.avi"),
        (sample_files.mp3()[:400], "a.mp3"),
        (b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + b"\0" * 100, "a.mp3"),
        (sample_files.mp4()[:-10], "a.mp4"),
        (sample_files.mp4()[:100], "a.mp4"),
    ],
)
def test_a_file_cut_short_is_refused_as_incomplete(content: bytes, name: str) -> None:
    refusal = refused(content, name)
    assert refusal.reason == "damaged"
    feminine = refusal.detail.startswith("Cette")
    assert ("est incomplète ou endommagée : elle" if feminine else "est incomplet ou endommagé : il") in refusal.detail


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (sample_files.pdf(user_password="secret"), "a.pdf"),
        (sample_files.doc(encrypted=True), "a.doc"),
        (sample_files.ole({"EncryptedPackage": b"\1" * 5000, "EncryptionInfo": b"\1" * 5000}), "a.docx"),
    ],
)
def test_a_file_with_a_password_is_refused_at_once(content: bytes, name: str) -> None:
    refusal = refused(content, name)
    assert refusal.reason == "protected"
    assert "mot de passe" in refusal.detail


def test_an_archive_with_a_password_is_refused() -> None:
    content = bytearray(sample_files.archive())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        content[at + offset] |= 1
    assert refused(bytes(content), "a.zip").reason == "protected"


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


def test_a_zip_called_docx_is_told_as_such() -> None:
    assert "c'est une archive ZIP" in refused(sample_files.archive(), "a.docx").detail


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
def test_what_is_none_of_the_nine_is_refused_with_the_list(content: bytes, name: str, expected_words: str) -> None:
    refusal = refused(content, name)
    assert refusal.http_status == 415
    assert "Formats acceptés : PDF, PNG, JPG, DOC, DOCX, ZIP, AVI, MP3, MP4." in refusal.detail
    assert expected_words in refusal.detail


def test_a_format_that_the_piece_does_not_take_is_refused() -> None:
    assert refused(sample_files.mp3(), "a.mp3", (Format.PDF,)).detail == (
        "Ce fichier est au format MP3. Formats acceptés : PDF."
    )


@pytest.mark.parametrize(("kind", "most"), MAX_PIXELS.items())
def test_an_immense_picture_is_refused_before_it_is_decoded(kind: str, most: int) -> None:
    width = 16_000
    content = sample_files.flat(kind, (width, most // width + 1))
    assert len(content) < MAX_FILE_BYTES
    assert refused(content, "a.png" if kind == "PNG" else "a.jpg").reason == "too_many_pixels"


def test_a_picture_that_claims_gigapixels_is_refused_on_its_word() -> None:
    content = bytearray(sample_files.image("PNG"))
    content[16:24] = struct.pack(">2I", 60_000, 60_000)
    assert refused(bytes(content), "a.png").reason in ("too_many_pixels", "damaged")


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/passwd", "a/../../b", "C:\\windows\\x", "..\\x", "a\\b.txt"])
def test_an_archive_that_writes_elsewhere_is_refused(name: str) -> None:
    assert refused(sample_files.zipped({name: b"x"}), "a.zip").reason == "unsafe_names"


def test_an_archive_that_holds_a_link_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("lien")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refused(out.getvalue(), "a.zip").reason == "unsafe_names"


@pytest.mark.parametrize("name", ["dans.zip", "dossier/dans.RAR", "x.7z", "x.tar.gz"])
def test_an_archive_within_an_archive_is_refused(name: str) -> None:
    assert refused(sample_files.zipped({name: b"x", "lisez-moi.txt": b"x"}), "a.zip").reason == "nested"


@pytest.mark.parametrize("content", [sample_files.zipped({}), sample_files.zipped({"dossier/": b""})])
def test_an_empty_archive_is_refused(content: bytes) -> None:
    assert refused(content, "a.zip").reason == "empty"


def test_bombs_are_refused_by_what_they_declare() -> None:
    zeros = sample_files.zipped({"zeros.bin": b"\0" * (30 * 1024 * 1024)})
    assert len(zeros) < 100_000
    assert refused(zeros, "a.zip").reason == "bomb"
    assert refused(sample_files.docx({"word/media/zeros.bin": b"\0" * (30 * 1024 * 1024)}), "a.docx").reason == "bomb"


def test_a_crowd_of_entries_is_refused() -> None:
    assert (
        refused(sample_files.zipped({f"{n}.txt": b"" for n in range(MAX_ENTRIES + 1)}), "a.zip").reason
        == "too_many_entries"
    )


def test_entries_that_share_their_bytes_are_refused() -> None:
    content = bytearray(sample_files.zipped({"a.txt": b"a" * 400, "b.txt": b"b" * 400}, zipfile.ZIP_STORED))
    first = content.find(b"PK\x01\x02")
    second = content.find(b"PK\x01\x02", first + 1)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    assert refused(bytes(content), "a.zip").reason in ("bomb", "damaged")


def test_a_word_document_as_large_as_a_file_may_be_can_be_read() -> None:
    assert ole.MAX_BYTES >= MAX_FILE_BYTES


def test_a_word_document_with_macros_is_refused() -> None:
    assert refused(sample_files.docx({"word/vbaProject.bin": b"x"}), "a.docx").reason == "macros"


@pytest.mark.parametrize(("name", "content", "_expected"), GOOD_FILES, ids=[name for name, _, _ in GOOD_FILES])
def test_spoilt_bytes_are_refused_or_accepted_but_never_fail(name: str, content: bytes, _expected: Format) -> None:
    chance = random.Random(name)
    for _ in range(40):
        spoilt = bytearray(content)
        for _ in range(chance.randint(1, 30)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        cut = bytes(spoilt[: chance.randrange(1, len(spoilt) + 1)])
        with contextlib.suppress(DomainError):  # any other error fails the test
            inspect_file(io.BytesIO(cut), name, ALL)
