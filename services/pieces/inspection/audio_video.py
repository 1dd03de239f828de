"""Detection and checks of AVI, MP3 and MP4: whether their structure is whole; sound and pictures are not decoded."""

from __future__ import annotations

import struct
from typing import BinaryIO

from services.pieces.domain.refusals import damaged

_OTHER_BRANDS = {
    b"heic": "HEIC", b"heix": "HEIC", b"heim": "HEIC", b"heis": "HEIC", b"hevc": "HEIC",
    b"mif1": "HEIC", b"msf1": "HEIC",
    b"avif": "AVIF", b"avis": "AVIF", b"qt  ": "MOV (QuickTime)", b"crx ": "CR3", b"3gp4": "3GP", b"3gp5": "3GP",
}  # fmt: skip

_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_BIT_RATES = {
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MAX_BOXES = 10_000  # of an MP4, outside of each other
_MIN_FRAMES = 3  # that follow each other, to be MPEG sound and no accident
_MAX_PADDING = 4096  # zero bytes that encoders leave between the tag and the sound


def is_mp4(head: bytes) -> bool:
    """Whether it begins with a « ftyp » box, of a brand that is not another format's."""
    return head[4:8] == b"ftyp" and head[8:12] not in _OTHER_BRANDS


def other_format_name(head: bytes) -> str | None:
    """« HEIC », « MOV » …: the other format that begins like an MP4; None for MP4 and all else."""
    return _OTHER_BRANDS.get(head[8:12]) if head[4:8] == b"ftyp" else None


def check_mp4(content: BinaryIO) -> None:
    """Boxes follow each other to the very end, and « moov », which describes the film, is among them.

    Raises FileRefused.
    """
    size, position = content.seek(0, 2), 0
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


def is_mp3(head: bytes, content: BinaryIO) -> bool:
    """Whether it begins with an ID3 tag, or with frames of MPEG sound."""
    return head.startswith(b"ID3") or _count_frames(content, 0) == _MIN_FRAMES


def check_mp3(content: BinaryIO) -> None:
    """Frames of MPEG sound follow the ID3 tag, if there is one. Raises FileRefused."""
    start = _sound_start(content)
    if start is None or _count_frames(content, start) < _MIN_FRAMES:
        raise damaged("Cet enregistrement MP3")


def _sound_start(content: BinaryIO) -> int | None:
    """Where the sound begins; None where the tag is longer than the file."""
    content.seek(0)
    head = content.read(10)
    if not head.startswith(b"ID3"):
        return 0
    if len(head) < 10 or max(head[6:10]) > 0x7F:
        return None
    a, b, c, d = head[6:10]
    content.seek(10 + (a << 21 | b << 14 | c << 7 | d) + (10 if head[5] & 0x10 else 0))
    padding = content.read(_MAX_PADDING)
    return content.tell() - len(padding.lstrip(b"\0")) if padding else None


def _count_frames(content: BinaryIO, start: int) -> int:
    """How many frames follow each other from `start`, counted up to _MIN_FRAMES."""
    position, size = start, content.seek(0, 2)
    for number in range(_MIN_FRAMES):
        content.seek(position)
        length = _frame_length(content.read(4))
        if length is None:
            return number
        position += length
        if position > size:
            return number
    return _MIN_FRAMES


def _frame_length(header: bytes) -> int | None:
    """Bytes of a frame, by its header; None for what is no header, or one of a free bit rate."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    rate, place, padding = header[2] >> 2 & 3, header[2] >> 4, header[2] >> 1 & 1
    if version == 1 or layer == 0 or rate == 3 or not 0 < place < 15:
        return None
    bits = _BIT_RATES[3 if version == 3 else 2, layer][place - 1] * 1000
    hertz = _SAMPLE_RATES[version][rate]
    if layer == 3:
        return (12 * bits // hertz + padding) * 4
    return (72 if version != 3 and layer == 1 else 144) * bits // hertz + padding
