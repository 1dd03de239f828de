"""Archives that would take a service's memory, or its time, whatever they claim to hold."""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest

from services.chassis.errors import Invalid
from services.contracts.publication_rules import MAX_ARCHIVE_BYTES, MAX_PDFS_PER_SENDING
from services.documents.domain.pdf_archives import UNREADABLE, files_of
from tests.documents.imports.exam_office import numero, pdf_of

MEMORY = 64 * 1024 * 1024  # bytes; an archive is on disk
UNPACKED = 300 * 1024 * 1024
BLOCK = b"\0" * (1024 * 1024)


def _peak(act: Callable[[], None]) -> int:
    """The most memory, in bytes, that Python had of what `act` took."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _bomb(method: int) -> bytes:
    """One entry that says it has ten bytes, and unpacks to UNPACKED."""
    packer = bz2.BZ2Compressor() if method == zipfile.ZIP_BZIP2 else None
    blocks = UNPACKED // len(BLOCK)
    if packer is not None:
        packed = b"".join([*(packer.compress(BLOCK) for _ in range(blocks)), packer.flush()])
    else:
        filters = [{"id": lzma.FILTER_LZMA1, "preset": 0}]
        stream = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=filters)
        raw = b"".join([*(stream.compress(BLOCK) for _ in range(blocks)), stream.flush()])
        properties = lzma._encode_filter_properties(filters[0])  # type: ignore[attr-defined]
        packed = struct.pack("<BBH", 9, 4, len(properties)) + properties + raw
    name = f"{numero(1)}.pdf".encode()
    sizes = struct.pack("<III", 0, len(packed), 10)
    head = struct.pack("<4sHHHHH", b"PK\x03\x04", 63, 0, method, 0, 33) + sizes + struct.pack("<HH", len(name), 0)
    place = struct.pack("<4sHHHHHH", b"PK\x01\x02", 63, 63, 0, method, 0, 33) + sizes
    place += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    body = head + name + packed
    return body + place + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(place), len(body), 0)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=["bzip2", "lzma"])
def test_what_is_packed_in_a_way_that_knows_no_bounds_is_not_unpacked(method: int) -> None:
    archive = _bomb(method)
    read: list[tuple[str, bytes | str]] = []
    assert _peak(lambda: read.extend(files_of("lot.zip", io.BytesIO(archive)))) < MEMORY
    assert read == [(f"{numero(1)}.pdf", UNREADABLE)]


def _crowded() -> bytes:
    """As many entries as fit, all of one file: hundreds of thousands."""
    name = b"a"
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + name
    body = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + name
    directory = entry * ((MAX_ARCHIVE_BYTES - 1024) // len(entry))
    return body + directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(body), 0)


def test_an_archive_of_countless_entries_is_refused_before_they_are_read() -> None:
    archive = _crowded()

    def read() -> None:
        with pytest.raises(Invalid, match=f"plus de {MAX_PDFS_PER_SENDING} fichiers"):
            list(files_of("lot.zip", io.BytesIO(archive)))

    assert _peak(read) < MEMORY


def test_what_cannot_be_unpacked_counts_as_unpacked_too() -> None:
    """Each of the entries is good for five megabytes of unpacking, and then for nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(MAX_PDFS_PER_SENDING):
            packed.writestr(f"{numero(number)}.pdf", BLOCK * 4)
    content = bytearray(out.getvalue())
    for place in _places(bytes(content), b"PK\x01\x02"):
        content[place + 16 : place + 20] = b"\1\1\1\1"  # no sum of the content
    began = time.process_time()
    with pytest.raises(Invalid, match="une fois extraite"):
        list(files_of("lot.zip", io.BytesIO(bytes(content))))
    assert time.process_time() - began < 2


def _places(content: bytes, mark: bytes) -> list[int]:
    places, place = [], content.find(mark)
    while place >= 0:
        places.append(place)
        place = content.find(mark, place + 1)
    return places


def test_an_ordinary_archive_with_what_systems_add_is_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = b"x" * 60_000
        for number in range(MAX_PDFS_PER_SENDING):
            name = f"dossier/{'sous-dossier-' * 8}/{numero(number)}.pdf"
            archive.writestr(name, pdf_of()[:100], zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED)
            archive.writestr(f"__MACOSX/{name}", b"")
    assert [type(read) for _, read in files_of("lot.zip", io.BytesIO(out.getvalue()))] == [bytes] * MAX_PDFS_PER_SENDING
