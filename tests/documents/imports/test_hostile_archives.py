"""Archives that would take a service's memory, or its time, whatever they claim to hold; and those that are taken."""

import bz2
import io
import lzma
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable

import pytest

from services.chassis.errors import Invalid
from services.chassis.untrusted_archives import UNREADABLE
from services.contracts.document_rules import MAX_ARCHIVE_BYTES, MAX_PDF_BYTES, MAX_PDFS_PER_SENDING
from services.documents.domain.pdf_archives import MAX_UNPACKED_BYTES, TOO_LARGE, files_of, names_of
from tests.documents.imports.exam_office import numero, pdf_of, zip_of

MEMORY = 64 * 1024 * 1024  # bytes; an archive is on disk
UNPACKED = 96 * 1024 * 1024
BLOCK = b"\0" * (1024 * 1024)
NAME = f"{numero(1)}.pdf"
DEFLATE = zipfile.ZIP_DEFLATED


def _peak(act: Callable[[], None]) -> int:
    """The most memory, in bytes, that Python had of what `act` took."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def read(archive: bytes, name: str = "lot.zip") -> list[tuple[str, bytes | str]]:
    return list(files_of(name, io.BytesIO(archive)))


def _archive(method: int, packed: bytes, size: int, names: list[str]) -> bytes:
    """Entries of these names, packed alike, each of which says that it has `size` bytes, of a sum that is wrong."""
    body, places = b"", b""
    sizes = struct.pack("<III", 0, len(packed), size)
    for name in map(str.encode, names):
        start = len(body)
        body += struct.pack("<4sHHHHH", b"PK\x03\x04", 63, 0, method, 0, 33) + sizes
        body += struct.pack("<HH", len(name), 0) + name + packed
        places += struct.pack("<4sHHHHHH", b"PK\x01\x02", 63, 63, 0, method, 0, 33) + sizes
        places += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, start) + name
    count = len(names)
    return body + places + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(places), len(body), 0)


def _deflated(size: int) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(b"%PDF-".ljust(size, b"\0")) + packer.flush()


def _packed(packer: bz2.BZ2Compressor | lzma.LZMACompressor) -> bytes:
    return b"".join([*(packer.compress(BLOCK) for _ in range(UNPACKED // len(BLOCK))), packer.flush()])


def _lzma() -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1, "preset": 0}]
    properties = lzma._encode_filter_properties(filters[0])  # type: ignore[attr-defined]
    head = struct.pack("<BBH", 9, 4, len(properties)) + properties
    return head + _packed(lzma.LZMACompressor(lzma.FORMAT_RAW, filters=filters))


UNBOUNDED = {"bzip2": (zipfile.ZIP_BZIP2, lambda: _packed(bz2.BZ2Compressor())), "lzma": (zipfile.ZIP_LZMA, _lzma)}


@pytest.mark.parametrize(("method", "pack"), UNBOUNDED.values(), ids=UNBOUNDED)
def test_what_is_packed_in_a_way_that_knows_no_bounds_is_not_unpacked(method: int, pack: Callable[[], bytes]) -> None:
    archive = _archive(method, pack(), 10, [NAME])
    found: list[tuple[str, bytes | str]] = []
    assert _peak(lambda: found.extend(read(archive))) < MEMORY
    assert found == [(NAME, UNREADABLE)]


def test_an_archive_that_claims_less_than_it_holds_takes_no_memory() -> None:
    honest = zip_of({NAME: b"%PDF-".ljust(MAX_PDF_BYTES + 1)})
    lying = _archive(DEFLATE, _deflated(UNPACKED), 10, [NAME])
    found: list[tuple[str, bytes | str]] = []
    assert _peak(lambda: found.extend(read(honest) + read(lying))) < MEMORY
    assert found == [(NAME, TOO_LARGE), (NAME, UNREADABLE)]


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
    """Each of the entries is good for four megabytes of unpacking, and then for nothing: its sum is wrong."""
    size = 4 * len(BLOCK)
    names = [f"{numero(number)}.pdf" for number in range(MAX_PDFS_PER_SENDING)]
    packed = _deflated(size)
    began = time.process_time()
    with pytest.raises(Invalid, match="une fois extraite"):
        read(_archive(DEFLATE, packed, size, names))
    assert time.process_time() - began < 2
    just_enough = names[: MAX_UNPACKED_BYTES // size]
    assert [reason for _, reason in read(_archive(DEFLATE, packed, size, just_enough))] == [UNREADABLE] * len(
        just_enough
    )


@pytest.mark.parametrize(
    ("archive", "detail"),
    [
        (b"PK\x03\x04 and nothing", "endommagée"),
        (zip_of({"dossier/": b""}), "vide"),
        (zip_of(dict.fromkeys(map(str, range(MAX_PDFS_PER_SENDING + 1)), b"")), f"plus de {MAX_PDFS_PER_SENDING}"),
    ],
)
def test_an_archive_that_cannot_be_taken_is_refused_as_a_whole(archive: bytes, detail: str) -> None:
    for reading in (files_of, names_of):
        with pytest.raises(Invalid, match=detail):
            list(reading("lot.zip", io.BytesIO(archive)))


def test_an_encrypted_archive_names_its_files_as_unreadable() -> None:
    content = bytearray(zip_of({NAME: pdf_of()}))
    content[6] |= 1
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    assert zipfile.ZipFile(io.BytesIO(bytes(content))).infolist()[0].flag_bits & 1
    assert read(bytes(content)) == [(NAME, UNREADABLE)]


def test_an_ordinary_archive_with_what_systems_add_is_read() -> None:
    out, pdf = io.BytesIO(), pdf_of()[:100]
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = b"x" * 60_000
        for number in range(MAX_PDFS_PER_SENDING):
            name = f"dossier/{'sous-dossier-' * 8}/{numero(number)}.pdf"
            archive.writestr(name, pdf, zipfile.ZIP_DEFLATED if number % 2 else zipfile.ZIP_STORED)
            archive.writestr(f"__MACOSX/{name}", b"")
    assert [content for _, content in read(out.getvalue())] == [pdf] * MAX_PDFS_PER_SENDING


def test_a_pdf_by_itself_is_as_large_as_one_in_an_archive() -> None:
    assert read(b"x" * MAX_PDF_BYTES, NAME) == [(NAME, b"x" * MAX_PDF_BYTES)]
    assert read(b"x" * (MAX_PDF_BYTES + 1), NAME) == [(NAME, TOO_LARGE)]
