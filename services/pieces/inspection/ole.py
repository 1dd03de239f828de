"""Detection and checks of DOC (Word 97-2003), by the directory of its container (OLE2), every step
within bounds."""

import struct
from typing import BinaryIO

from services.pieces.domain.refusals import damaged, protected

MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NOUN_PHRASE = "Ce document DOC"

_ENTRY = 128
_SMALLEST = 1024  # bytes: the header and a sector
_TABLE_SECTORS = 109
"""Of the table of sectors, whose numbers the header has; those of further ones are elsewhere, and
not read."""
MAX_BYTES = _TABLE_SECTORS * (512 // 4) * 512
"""Of a container whose table the header has as a whole, with the smallest sectors."""
_FIRST_SPECIAL_SECTOR = 0xFFFFFFFA
_ENCRYPTED_FLAG = 0x0100  # fEncrypted in Word's FibBase
_WORD_MAGIC = 0xA5EC
_TEXT = "WordDocument"
_OTHER_FORMATS = {
    "Workbook": "XLS",
    "Book": "XLS",
    "PowerPoint Document": "PPT",
    "__nameid_version1.0": "MSG",
}
# the stream of an OOXML document with a password, which is in such a container
_ENCRYPTED_PACKAGE = "EncryptedPackage"


class _Container:
    """An OLE2 file: `streams` has the first sector and the size of each, by name. What does not fit
    raises ValueError, or struct.error where the file ends too early."""

    def __init__(self, content: BinaryIO) -> None:
        content.seek(0)
        self._data = content.read()
        order, shift = struct.unpack_from("<2H", self._data, 28)
        count, directory = struct.unpack_from("<2I", self._data, 44)
        if (
            not self._data.startswith(MARK)
            or order != 0xFFFE
            or shift not in (9, 12)
            or len(self._data) < _SMALLEST
        ):
            raise ValueError("no container")
        self._size = 1 << shift
        sectors = struct.unpack_from(f"<{min(count, _TABLE_SECTORS)}I", self._data, 76)
        table = b"".join(map(self._sector, sectors))
        self._next = struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
        entries = self.read(directory)
        self.streams = dict(
            _name_and_place(entries[at : at + _ENTRY])
            for at in range(0, len(entries) - _ENTRY + 1, _ENTRY)
            if entries[at + 66]
        )

    def read(self, number: int) -> bytes:
        """The sectors that follow each other from that one."""
        sectors: list[bytes] = []
        while number < _FIRST_SPECIAL_SECTOR:
            if len(sectors) > len(self._next) or number >= len(self._next):
                raise ValueError("a loop, or no such sector")
            sectors.append(self._sector(number))
            number = self._next[number]
        return b"".join(sectors)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._data):
            raise ValueError("no such sector")
        return self._data[start : start + self._size]


def _name_and_place(entry: bytes) -> tuple[str, tuple[int, int]]:
    length, start, size = struct.unpack_from("<H50x2I", entry, 64)
    return entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace"), (start, size)


def may_be_doc(content: BinaryIO) -> bool:
    """Whether the container is a Word document, or too damaged to tell."""
    names = _stream_names(content)
    return names is None or _TEXT in names or _ENCRYPTED_PACKAGE in names


def is_encrypted_package(content: BinaryIO) -> bool:
    """Whether it is a newer Office document with a password, of any kind: without the password
    nothing tells."""
    return _ENCRYPTED_PACKAGE in (_stream_names(content) or ())


def has_macros(content: BinaryIO) -> bool:
    """Whether the directory has a storage or a stream of VBA."""
    return any("VBA" in name.upper() for name in _stream_names(content) or ())


def other_format_name(content: BinaryIO) -> str | None:
    """« XLS », « PPT » …: the other format that the directory shows; None without one."""
    return next(
        (_OTHER_FORMATS[name] for name in _stream_names(content) or () if name in _OTHER_FORMATS),
        None,
    )


def check_doc(content: BinaryIO) -> None:
    """Raises FileRefused for a document that is damaged, cut short or encrypted."""
    try:
        container = _Container(content)
        start, size = container.streams[_TEXT]
        text = container.read(start)
        magic, flags = struct.unpack_from("<H8xH", text)
    except (KeyError, ValueError, struct.error) as error:
        raise damaged(NOUN_PHRASE) from error
    if magic != _WORD_MAGIC or len(text) < size:
        raise damaged(NOUN_PHRASE)
    if flags & _ENCRYPTED_FLAG:
        raise protected(NOUN_PHRASE)


def _stream_names(content: BinaryIO) -> list[str] | None:
    """Names of the streams in the directory; None where the container is malformed or is none."""
    try:
        return list(_Container(content).streams)
    except (ValueError, struct.error):
        return None
