"""Detection and checks of DOC (Word 97-2003), by the directory of its container (OLE2), every step within bounds."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from services.pieces.domain.refusals import damaged, protected

MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NOUN_PHRASE = "Ce document DOC"

_HEADER = 512
_ENTRY = 128
_TABLE_SECTORS = 109
"""Of the table of sectors, whose numbers the header has; those of further ones are elsewhere, and not read."""
MAX_BYTES = _TABLE_SECTORS * (512 // 4) * 512
"""Of a container whose table the header has as a whole, with the smallest sectors."""
_FIRST_SPECIAL_SECTOR = 0xFFFFFFFA
_ENCRYPTED_FLAG = 0x0100  # fEncrypted in Word's FibBase
_WORD_MAGIC = 0xA5EC
_OTHER_FORMATS = {"Workbook": "XLS", "Book": "XLS", "PowerPoint Document": "PPT", "__nameid_version1.0": "MSG"}
_ENCRYPTED_PACKAGE = "EncryptedPackage"  # the stream of an OOXML document with a password, which is in such a container


class _MalformedContainer(Exception):
    """The container contradicts itself or ends too early."""


@dataclass(frozen=True)
class _Stream:
    name: str
    start: int
    size: int


class _Container:
    """The sectors of an OLE2 file, by number."""

    def __init__(self, content: BinaryIO) -> None:
        content.seek(0)
        self._data = content.read()
        if len(self._data) < _HEADER * 2 or not self._data.startswith(MARK):
            raise _MalformedContainer
        order, shift = struct.unpack_from("<2H", self._data, 28)
        if order != 0xFFFE or shift not in (9, 12):
            raise _MalformedContainer
        self._shift = shift
        self._size = 1 << shift
        self._fat = self._read_fat()

    def sector(self, number: int) -> bytes:
        start = (number + 1) << self._shift
        if number >= _FIRST_SPECIAL_SECTOR or start >= len(self._data):
            raise _MalformedContainer
        return self._data[start : start + self._size]

    def chain(self, first: int) -> list[bytes]:
        """The sectors of a stream, in order. Raises _MalformedContainer for a missing one or a loop."""
        sectors: list[bytes] = []
        number = first
        while number < _FIRST_SPECIAL_SECTOR:
            if len(sectors) > len(self._data) // self._size or number >= len(self._fat):
                raise _MalformedContainer
            sectors.append(self.sector(number))
            number = self._fat[number]
        return sectors

    def streams(self) -> list[_Stream]:
        directory = b"".join(self.chain(struct.unpack_from("<I", self._data, 48)[0]))
        entries = (directory[at : at + _ENTRY] for at in range(0, len(directory) - _ENTRY + 1, _ENTRY))
        return [_stream(entry) for entry in entries if entry[66]]

    def _read_fat(self) -> list[int]:
        """The number of the next sector, for each sector within MAX_BYTES."""
        count = min(struct.unpack_from("<I", self._data, 44)[0], _TABLE_SECTORS)
        fat: list[int] = []
        for number in struct.unpack_from(f"<{count}I", self._data, 76):
            sector = self.sector(number)
            fat += struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])
        return fat


def _stream(entry: bytes) -> _Stream:
    length = struct.unpack_from("<H", entry, 64)[0]
    name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<2I", entry, 116)
    return _Stream(name, start, size)


def may_be_doc(content: BinaryIO) -> bool:
    """Whether the container is a Word document, or too damaged to tell."""
    names = _stream_names(content)
    return names is None or "WordDocument" in names or _ENCRYPTED_PACKAGE in names


def is_encrypted_package(content: BinaryIO) -> bool:
    """Whether it is a newer Office document with a password, of any kind: without the password nothing tells."""
    return _ENCRYPTED_PACKAGE in (_stream_names(content) or ())


def other_format_name(content: BinaryIO) -> str | None:
    """« XLS », « PPT » …: the other format that the directory shows; None without one."""
    return next((_OTHER_FORMATS[name] for name in _stream_names(content) or () if name in _OTHER_FORMATS), None)


def check_doc(content: BinaryIO) -> None:
    """Raises FileRefused for a document that is damaged, cut short or encrypted."""
    try:
        container = _Container(content)
        streams = {stream.name: stream for stream in container.streams()}
        is_encrypted = _is_encrypted(container, streams)
    except (_MalformedContainer, struct.error) as error:
        raise damaged(NOUN_PHRASE) from error
    if is_encrypted:
        raise protected(NOUN_PHRASE)


def _is_encrypted(container: _Container, streams: dict[str, _Stream]) -> bool:
    main = streams.get("WordDocument")
    if main is None:
        raise _MalformedContainer
    text = b"".join(container.chain(main.start))
    if len(text) < min(main.size, 32) or len(text) < 12:
        raise _MalformedContainer
    mark, flags = struct.unpack_from("<H", text, 0)[0], struct.unpack_from("<H", text, 10)[0]
    if mark != _WORD_MAGIC or len(text) < main.size:
        raise _MalformedContainer
    return bool(flags & _ENCRYPTED_FLAG)


def _stream_names(content: BinaryIO) -> list[str] | None:
    """Names of the streams in the directory; None where the container is malformed or is none."""
    try:
        return [stream.name for stream in _Container(content).streams()]
    except (_MalformedContainer, struct.error):
        return None
