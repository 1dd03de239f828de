"""DOC: Word 97-2003's container (OLE2), read as far as its directory, every step within bounds."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from services.pieces.domain.refusals import damaged, protected

MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
WHAT = "Ce document DOC"

_HEADER = 512
_ENTRY = 128
_LAST_REGULAR = 0xFFFFFFFA
_ENCRYPTED = 0x0100  # fEncrypted in Word's FibBase
_WORD = 0xA5EC
_NAMES = {"Workbook": "XLS", "Book": "XLS", "PowerPoint Document": "PPT", "__nameid_version1.0": "MSG"}
_LOCKED = "EncryptedPackage"  # an OOXML document with a password hides in such a container


class _Broken(Exception):
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
            raise _Broken
        order, shift = struct.unpack_from("<2H", self._data, 28)
        if order != 0xFFFE or shift not in (9, 12):
            raise _Broken
        self._shift = shift
        self._size = 1 << shift
        self._fat = self._read_fat()

    def sector(self, number: int) -> bytes:
        start = (number + 1) << self._shift
        if number >= _LAST_REGULAR or start >= len(self._data):
            raise _Broken
        return self._data[start : start + self._size]

    def chain(self, first: int) -> list[bytes]:
        """The sectors of a stream, in order. Raises _Broken for a missing one or a circle."""
        found: list[bytes] = []
        number = first
        while number < _LAST_REGULAR:
            if len(found) > len(self._data) // self._size or number >= len(self._fat):
                raise _Broken
            found.append(self.sector(number))
            number = self._fat[number]
        return found

    def streams(self) -> list[_Stream]:
        directory = b"".join(self.chain(struct.unpack_from("<I", self._data, 48)[0]))
        entries = (directory[at : at + _ENTRY] for at in range(0, len(directory) - _ENTRY + 1, _ENTRY))
        return [_stream(entry) for entry in entries if entry[66]]

    def _read_fat(self) -> list[int]:
        """Places of FAT sectors: the first 109 are in the header, which is more than 5 Mo need."""
        count = min(struct.unpack_from("<I", self._data, 44)[0], 109)
        places = struct.unpack_from(f"<{count}I", self._data, 76)
        fat: list[int] = []
        for place in places:
            sector = self.sector(place)
            fat += struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])
        return fat


def _stream(entry: bytes) -> _Stream:
    length = struct.unpack_from("<H", entry, 64)[0]
    name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<2I", entry, 116)
    return _Stream(name, start, size)


def may_be_word(content: BinaryIO) -> bool:
    """Whether it is Word's, or too damaged to tell; a container of something else is none of ours."""
    names = _names(content)
    return names is None or "WordDocument" in names or _LOCKED in names


def is_locked_package(content: BinaryIO) -> bool:
    """A newer Office document with a password, whatever its kind: only the password would tell."""
    return _LOCKED in (_names(content) or ())


def other_name(content: BinaryIO) -> str | None:
    """« XLS », « PPT » …, where the directory says so."""
    return next((_NAMES[name] for name in _names(content) or () if name in _NAMES), None)


def check_word(content: BinaryIO) -> None:
    """Raises FileRefused for a document that is damaged, cut short or locked."""
    try:
        container = _Container(content)
        streams = {stream.name: stream for stream in container.streams()}
        locked = _is_locked(container, streams)
    except (_Broken, struct.error) as error:
        raise damaged(WHAT) from error
    if locked:
        raise protected(WHAT)


def _is_locked(container: _Container, streams: dict[str, _Stream]) -> bool:
    main = streams.get("WordDocument")
    if main is None:
        raise _Broken
    text = b"".join(container.chain(main.start))
    if len(text) < min(main.size, 32) or len(text) < 12:
        raise _Broken
    mark, flags = struct.unpack_from("<H", text, 0)[0], struct.unpack_from("<H", text, 10)[0]
    if mark != _WORD or len(text) < main.size:
        raise _Broken
    return bool(flags & _ENCRYPTED)


def _names(content: BinaryIO) -> list[str] | None:
    """Names in the directory; None where the container is broken or is none."""
    try:
        return [stream.name for stream in _Container(content).streams()]
    except (_Broken, struct.error):
        return None
