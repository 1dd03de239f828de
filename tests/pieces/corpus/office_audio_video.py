"""Old Word documents, sound and film whose structure goes in circles or lies; files that are two things at once."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.pieces import sample_files
from tests.pieces.corpus.hostile_file import FORMAT, HostileFile

_SECTOR = 512


def _patched(content: bytes, at: int, value: int) -> bytes:
    return content[:at] + struct.pack("<I", value) + content[at + 4 :]


def _next(sector: int, after: int) -> bytes:
    """A document in whose table a sector is followed by another."""
    return _patched(sample_files.doc(), _SECTOR + 4 * sector, after)


def word_containers() -> Iterator[HostileFile]:
    for sector in (1, 2, 5):  # of the directory, of the text
        yield HostileFile(f"boucle-{sector}.doc", _next(sector, sector), "damaged")
        yield HostileFile(f"ailleurs-{sector}.doc", _next(sector, 1_000_000), "damaged")
    yield HostileFile("aller-retour.doc", _next(6, 3), "damaged")
    for count in (0, 50, 0xFFFFFFF0):
        yield HostileFile(f"tables-{count}.doc", _patched(sample_files.doc(), 44, count), "damaged")
    for start in (0xFFFFFFFE, 0x7FFFFFFF, 1_000):
        answer = FORMAT if start == 0xFFFFFFFE else "damaged"  # without a directory it is nobody's
        yield HostileFile(f"repertoire-{start}.doc", _patched(sample_files.doc(), 48, start), answer)
    yield HostileFile("table-elle-meme.doc", _patched(sample_files.doc(), 76, 0xFFFFFFF9), "damaged")
    for cut in (512, 1_024, 1_536, 3_000):
        yield HostileFile(f"coupe-{cut}.doc", sample_files.doc()[:cut], "damaged")
    yield HostileFile("secteurs.doc", sample_files.doc()[:30] + b"\xff\xff" + sample_files.doc()[32:], "damaged")
    yield HostileFile("verrou.doc", sample_files.doc(encrypted=True), "protected")


def _box(kind: bytes, content: bytes, declared: int | None = None) -> bytes:
    return struct.pack(">I", len(content) + 8 if declared is None else declared) + kind + content


def films() -> Iterator[HostileFile]:
    head = _box(b"ftyp", b"isom\0\0\2\0isom")
    moov = _box(b"moov", bytes(100))
    for declared in (1, 2, 7, 0x7FFFFFFF, 0xFFFFFFFF):
        yield HostileFile(f"boite-{declared}.mp4", head + _box(b"moov", bytes(100), declared), "damaged")
    for long in (0, 8, 2**40, 2**63, 2**64 - 1):
        content = head + _box(b"mdat", struct.pack(">Q", long) + bytes(100), 1) + moov
        yield HostileFile(f"longue-{long}.mp4", content, "damaged")
    for number in (100, 9_000, 50_000):
        answer = "mp4" if number < 10_000 else "damaged"
        yield HostileFile(f"boites-{number}.mp4", head + _box(b"free", b"") * number + moov, answer)
    deep = b""
    for _ in range(2_000):
        deep = _box(b"moov", deep)
    yield HostileFile("profond.mp4", head + deep, "mp4")
    yield HostileFile("sans-film.mp4", head + _box(b"mdat", bytes(1_000)), "damaged")
    yield HostileFile("entete.mp4", head, "damaged")


def avi_files() -> Iterator[HostileFile]:
    whole = sample_files.avi()
    for declared in (0xFFFFFFFF, 0x7FFFFFFF, len(whole) + 1, len(whole) - 7):
        yield HostileFile(f"annonce-{declared}.avi", whole[:4] + struct.pack("<I", declared) + whole[8:], "damaged")
    for cut in (12, 20, 31, 100, 1_000):
        yield HostileFile(f"coupe-{cut}.avi", whole[:cut], "damaged")
    yield HostileFile("sans-liste.avi", whole[:12] + b"JUNK" + whole[16:], "damaged")
    yield HostileFile("sans-entete.avi", whole.replace(b"avih", b"xxxx"), "damaged")
    yield HostileFile("suite.avi", whole + b"MZ" * 1_000, "avi")


def sounds() -> Iterator[HostileFile]:
    whole = sample_files.mp3(tag=False)
    for size in (bytes((127,) * 4), b"\xff" * 4, bytes((0, 2, 0, 0)), bytes((0, 0, 40, 0))):
        yield HostileFile(f"etiquette-{size.hex()}.mp3", b"ID3\4\0\0" + size + bytes(200) + whole, "damaged")
    yield HostileFile("bourrage.mp3", b"ID3\4\0\0\0\0\1\0" + bytes(5_000) + whole, "damaged")
    yield HostileFile("etiquettes.mp3", b"ID3\4\0\0\0\0\0\0" * 100_000 + whole, "damaged")
    for number in (0, 1, 2):
        yield HostileFile(f"trames-{number}.mp3", b"ID3\4\0\0\0\0\0\0" + whole[: 417 * number], "damaged")
    for header in (b"\xff\xfb\x00\x00", b"\xff\xfb\xf0\x00", b"\xff\xfb\x9c\x00", b"\xff\xf9\x90\x00"):
        yield HostileFile(f"trame-{header.hex()}.mp3", b"ID3\4\0\0\0\0\0\0" + header * 1_000, "damaged")


def two_at_once() -> Iterator[HostileFile]:
    """Judged as what they begin with and by the name that they bear."""
    pdf, png, jpg, archive = (
        sample_files.pdf(),
        sample_files.image("PNG"),
        sample_files.image("JPEG"),
        sample_files.archive(),
    )
    page = b"<html><script>alert(1)</script>"
    yield HostileFile("png-zip.png", png + archive, "png")
    yield HostileFile("png-zip.zip", png + archive, "mismatch")
    yield HostileFile("jpg-zip.jpg", jpg + archive, "jpg")
    yield HostileFile("jpg-page.html", jpg + page, "mismatch")
    yield HostileFile("pdf-zip.zip", pdf + archive, "mismatch")
    yield HostileFile("pdf-zip.pdf", pdf + archive, "pdf")
    yield HostileFile("zip-pdf.pdf", archive + pdf, "mismatch")
    yield HostileFile("page-pdf.pdf", page + pdf, FORMAT)
    yield HostileFile("gif-pdf.pdf", b"GIF89a" + pdf, FORMAT)
    yield HostileFile("exe-pdf.pdf", b"MZ\x90\0" + bytes(100) + pdf, FORMAT)
    yield HostileFile("exe-zip.zip", b"MZ\x90\0" + bytes(100) + archive, FORMAT)
    yield HostileFile("script-pdf.pdf", b"#!/bin/sh\n" + pdf, "pdf")
    yield HostileFile("tard.pdf", b"\0" * 2_000 + pdf, FORMAT)
    yield HostileFile("double.pdf.exe", pdf, "mismatch")
    yield HostileFile("doc.docx", sample_files.doc(), "mismatch")
