"""Files of each format as real programs make them, in memory."""

import io
import random
import struct
import zipfile
from typing import Any

import pikepdf
from PIL import Image
from pypdf import PdfWriter


def saved(made: Any, *kind: str, **how: Any) -> bytes:
    """What a picture or a document writes of itself."""
    out = io.BytesIO()
    made.save(out, *kind, **how)
    return out.getvalue()


def pdf(
    *,
    user_password: str | None = None,
    owner_password: str | None = None,
    pages: int = 1,
    algorithm: str = "AES-256",
) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842)
    if owner_password or user_password:
        writer.encrypt(user_password or "", owner_password, algorithm=algorithm)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_of_size(size: int) -> bytes:
    """Of one page and exactly so many bytes."""
    content = pdf()
    start = content.rindex(b"startxref")
    return content[:start] + b"%" + b"x" * (size - len(content) - 2) + b"\n" + content[start:]


def image(kind: str = "PNG", size: tuple[int, int] = (320, 200), mode: str = "RGB") -> bytes:
    """A picture with something on it, so that cutting it short loses data."""
    return saved(Image.radial_gradient("L").resize(size).convert(mode), kind)


def flat(kind: str, size: tuple[int, int], mode: str = "L", *, progressive: bool = False) -> bytes:
    """A picture of nothing, immense perhaps, that weighs nothing."""
    return saved(Image.new(mode, size), kind, progressive=progressive)


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


WORD = {
    "[Content_Types].xml": b'<?xml version="1.0"?><Types/>',
    "_rels/.rels": b'<?xml version="1.0"?><Relationships/>',
    "word/document.xml": b'<?xml version="1.0"?><w:document/>',
}


def docx(more: dict[str, bytes] | None = None) -> bytes:
    return zipped({**WORD, **(more or {})})


def archive() -> bytes:
    return zipped({"pièces/identité.pdf": pdf(), "lisez-moi.txt": b"bonjour"})


def ole(streams: dict[str, bytes]) -> bytes:
    """An OLE2 container of 512-byte sectors: FAT, directory, then one chain per stream."""
    sector = 512
    end = 0xFFFFFFFE
    fat = [0xFFFFFFFD, end]
    body = b""
    entries = [_entry("Root Entry", 5, end, 0)]
    for name, content in streams.items():
        first = len(fat)
        count = -(-len(content) // sector)
        fat += [first + number + 1 for number in range(count - 1)] + [end]
        body += content.ljust(count * sector, b"\0")
        entries.append(_entry(name, 2, first, len(content)))
    directory = b"".join(entries).ljust(sector, b"\0")[:sector]
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(sector, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(24, b"\0")
    header += struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6).ljust(20, b"\0")
    header += struct.pack("<2I", 1, 1).ljust(12, b"\0") + struct.pack("<5I", 4096, end, 0, end, 0)
    header += struct.pack("<I", 0).ljust(436, b"\xff")
    assert len(header) == sector, len(header)
    return header + table + directory + body


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack(
        "<HBB3I", len(text), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF
    )
    return head.ljust(116, b"\0") + struct.pack("<3I", start, size, 0)


def doc(*, encrypted: bool = False, size: int = 5000) -> bytes:
    head = struct.pack("<6H", 0xA5EC, 0xC1, 0, 0, 0, 0x0100 if encrypted else 0)
    return ole({"WordDocument": head.ljust(size, b"t"), "1Table": b"t" * 4096})


def avi(frames: int = 2000) -> bytes:
    headers = (
        b"LIST"
        + struct.pack("<I", 4 + 8 + 56)
        + b"hdrl"
        + b"avih"
        + struct.pack("<I", 56)
        + b"\0" * 56
    )
    movie = b"LIST" + struct.pack("<I", 4 + frames) + b"movi" + b"\1" * frames
    content = b"AVI " + headers + movie
    return b"RIFF" + struct.pack("<I", len(content)) + content


def mp3(*, tag: bool = True, frames: int = 10) -> bytes:
    """MPEG 1 layer III, 128 kbit/s, 44,1 kHz: frames of 417 bytes."""
    sound = (b"\xff\xfb\x90\x00" + b"\x55" * 413) * frames
    return (b"ID3\x04\x00\x00" + bytes((0, 0, 1, 0)) + b"\0" * 128 if tag else b"") + sound


def mp4(brand: bytes = b"isom") -> bytes:
    return (
        box(b"ftyp", brand + b"\0\0\2\0" + brand)
        + box(b"mdat", b"\7" * 3000)
        + box(b"moov", b"\0" * 100)
    )


def box(kind: bytes, content: bytes, declared: int | None = None) -> bytes:
    """Of a film; `declared`: how long it says that it is."""
    return struct.pack(">I", len(content) + 8 if declared is None else declared) + kind + content


def heavy_pdf(size: int) -> bytes:
    """A page with so many bytes that nothing makes smaller."""
    with pikepdf.new() as document:
        document.add_blank_page()
        stuffing = document.make_stream(random.Random(1).randbytes(size))
        document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(A=stuffing))
        return saved(document)
