"""Detection of AVI, MP3 and MP4, and whether films are whole; sound and pictures are not
decoded."""

import struct
from typing import BinaryIO

from services.pieces.domain.refusals import damaged

_OTHER_BRANDS = {
    b"heic": "HEIC",
    b"heix": "HEIC",
    b"heim": "HEIC",
    b"heis": "HEIC",
    b"hevc": "HEIC",
    b"mif1": "HEIC",
    b"msf1": "HEIC",
    b"avif": "AVIF",
    b"avis": "AVIF",
    b"qt  ": "MOV (QuickTime)",
    b"crx ": "CR3",
    b"3gp4": "3GP",
    b"3gp5": "3GP",
}

_MAX_BOXES = 10_000  # of an MP4, outside of each other
_MP3_FRAMES = tuple(bytes((0xFF, second)) for second in (0xE2, 0xE3, 0xF2, 0xF3, 0xFA, 0xFB))
"""How sound of layer III begins: of MPEG 2.5, 2 and 1, with and without a checksum."""


def is_mp4(head: bytes) -> bool:
    """Whether it begins with a « ftyp » box, of a brand that is not another format's."""
    return head[4:8] == b"ftyp" and head[8:12] not in _OTHER_BRANDS


def other_format_name(head: bytes) -> str | None:
    """« HEIC », « MOV » …: the other format that begins like an MP4; None for MP4 and all else."""
    return _OTHER_BRANDS.get(head[8:12]) if head[4:8] == b"ftyp" else None


def check_mp4(content: BinaryIO) -> None:
    """Boxes follow each other to the very end, and « moov », which describes the film, is among
    them.

    Raises FileRefused.
    """
    size = content.seek(0, 2)
    position = 0
    kinds: list[bytes] = []
    while position < size and len(kinds) < _MAX_BOXES:
        content.seek(position)
        length, kind, long_length = struct.unpack(">I4sQ", content.read(16).ljust(16, b"\0"))
        length = {0: size - position, 1: long_length}.get(length, length)
        if length < 8:
            break
        kinds.append(kind)
        position += length
    if b"moov" not in kinds or position != size:
        raise damaged("Cette vidéo MP4")


def check_avi(content: BinaryIO) -> None:
    """The file is as long as it says, and the list of headers comes first. Raises FileRefused."""
    content.seek(0)
    head = content.read(32)
    announced = struct.unpack_from("<I", head, 4)[0] if len(head) >= 8 else 0
    if content.seek(0, 2) < announced + 8 or head[12:16] != b"LIST" or head[20:28] != b"hdrlavih":
        raise damaged("Cette vidéo AVI")


def is_mp3(head: bytes) -> bool:
    """Whether it begins with an ID3 tag, or with a frame of MPEG sound."""
    return head.startswith((b"ID3", *_MP3_FRAMES))
