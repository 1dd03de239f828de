"""Old Word documents, films whose structure goes in circles or lies; files that are two things at
once."""

import struct
from collections.abc import Iterator

from tests.pieces import sample_files
from tests.pieces.corpus import FORMAT, HostileFile

_SECTOR = 512


def _patched(content: bytes, at: int, value: int) -> bytes:
    return content[:at] + struct.pack("<I", value) + content[at + 4 :]


def _next(sector: int, after: int) -> bytes:
    """A document in whose table a sector is followed by another."""
    return _patched(sample_files.doc(), _SECTOR + 4 * sector, after)


def word_containers() -> Iterator[HostileFile]:
    whole = sample_files.doc()
    for sector in (1, 5):  # of the directory, of the text
        yield HostileFile(f"boucle-{sector}.doc", _next(sector, sector), "damaged")
        yield HostileFile(f"ailleurs-{sector}.doc", _next(sector, 1_000_000), "damaged")
    yield HostileFile("aller-retour.doc", _next(6, 3), "damaged")
    for count in (0, 50, 0xFFFFFFF0):
        yield HostileFile(f"tables-{count}.doc", _patched(whole, 44, count), "damaged")
    yield HostileFile("table-elle-meme.doc", _patched(whole, 76, 0xFFFFFFF9), "damaged")
    yield HostileFile(
        "sans-repertoire.doc", _patched(whole, 48, 0xFFFFFFFE), FORMAT
    )  # it is nobody's
    yield HostileFile("repertoire-ailleurs.doc", _patched(whole, 48, 1_000), "damaged")
    for cut in (512, 1_024, 3_000):
        yield HostileFile(f"coupe-{cut}.doc", whole[:cut], "damaged")
    yield HostileFile("secteurs.doc", whole[:30] + b"\xff\xff" + whole[32:], "damaged")


def films() -> Iterator[HostileFile]:
    head = sample_files.box(b"ftyp", b"isom\0\0\2\0isom")
    moov = sample_files.box(b"moov", bytes(100))
    for declared, answer in ((0, "mp4"), (7, "damaged"), (109, "damaged"), (0x7FFFFFFF, "damaged")):
        yield HostileFile(
            f"boite-{declared}.mp4", head + sample_files.box(b"moov", bytes(100), declared), answer
        )
    for long, answer in ((0, "damaged"), (116, "mp4"), (2**63, "damaged")):
        content = head + sample_files.box(b"mdat", struct.pack(">Q", long) + bytes(100), 1) + moov
        yield HostileFile(f"longue-{long}.mp4", content, answer)
    for number, answer in ((9_997, "mp4"), (9_999, "damaged")):
        yield HostileFile(
            f"boites-{number}.mp4", head + sample_files.box(b"free", b"") * number + moov, answer
        )
    yield HostileFile("sans-film.mp4", head + sample_files.box(b"mdat", bytes(1_000)), "damaged")


def avi_files() -> Iterator[HostileFile]:
    whole = sample_files.avi()
    yield HostileFile(
        "annonce.avi", whole[:4] + struct.pack("<I", len(whole) - 7) + whole[8:], "damaged"
    )
    yield HostileFile("coupe.avi", whole[:12], "damaged")
    yield HostileFile("sans-liste.avi", whole[:12] + b"JUNK" + whole[16:], "damaged")
    yield HostileFile("sans-entete.avi", whole.replace(b"avih", b"xxxx"), "damaged")
    yield HostileFile("suite.avi", whole + b"MZ" * 1_000, "avi")


def two_at_once() -> Iterator[HostileFile]:
    """Judged as what they begin with and by the name that they bear."""
    pdf = sample_files.pdf()
    png = sample_files.image("PNG")
    archive = sample_files.archive()
    yield HostileFile("png-zip.png", png + archive, "png")
    yield HostileFile("png-zip.zip", png + archive, "mismatch")
    yield HostileFile("pdf-zip.pdf", pdf + archive, "pdf")
    yield HostileFile("zip-pdf.pdf", archive + pdf, "mismatch")
    yield HostileFile("page-pdf.pdf", b"<html><script>alert(1)</script>" + pdf, FORMAT)
    yield HostileFile("exe-pdf.pdf", b"MZ\x90\0" + bytes(100) + pdf, FORMAT)
    yield HostileFile("script-pdf.pdf", b"#!/bin/sh\n" + pdf, "pdf")
    yield HostileFile("a-temps.pdf", bytes(1_019) + pdf, "pdf")
    yield HostileFile("tard.pdf", bytes(1_020) + pdf, FORMAT)
    yield HostileFile("double.pdf.exe", pdf, "mismatch")
