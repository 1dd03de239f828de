"""Pictures that are immense, endless or lie."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.pieces import sample_files
from tests.pieces.corpus.hostile_file import FORMAT, UNVERIFIED, HostileFile

_MARK = b"\x89PNG\r\n\x1a\n"


def jpeg(size: tuple[int, int], mode: str = "L", *, progressive: bool = False) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, "JPEG", progressive=progressive)
    return out.getvalue()


def _with_scans(content: bytes, scans: int) -> bytes:
    """Its last scan again and again."""
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * scans + b"\xff\xd9"


def scans() -> Iterator[HostileFile]:
    for side in (64, 500, 1_000):
        for number in (10, 50, 100, 300):
            content = _with_scans(jpeg((side, side), progressive=True), number)
            yield HostileFile(f"passes-{side}-{number}.jpg", content, "jpg")
    for side, number in ((7_000, 4_000),):
        content = _with_scans(jpeg((side, side), progressive=True), number)
        yield HostileFile(f"passes-{side}-{number}.jpg", content, UNVERIFIED)


def _claiming(content: bytes, width: int, height: int) -> bytes:
    at = next(content.index(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in content)
    return content[: at + 5] + struct.pack(">2H", height, width) + content[at + 9 :]


def immense_jpegs() -> Iterator[HostileFile]:
    small, progressive = jpeg((64, 64)), jpeg((64, 64), "RGB", progressive=True)
    for width, height in ((65_500, 65_500), (65_535, 65_535), (20_000, 20_000), (65_500, 4_000)):
        yield HostileFile(f"annonce-{width}-{height}.jpg", _claiming(small, width, height), "too_many_pixels")
        yield HostileFile(f"progressif-{width}-{height}.jpg", _claiming(progressive, width, height), "too_many_pixels")
    yield HostileFile("16000.jpg", jpeg((16_000, 15_000)), "too_many_pixels")
    yield HostileFile("lourd.jpg", _claiming(progressive, 14_000, 14_000), "too_many_pixels")
    yield HostileFile("vide-14000.jpg", _claiming(small, 14_000, 14_000), "jpg")
    yield HostileFile("ligne.jpg", jpeg((65_500, 1)), "jpg")
    yield HostileFile("colonne.jpg", jpeg((1, 65_500)), "jpg")


def lying_jpegs() -> Iterator[HostileFile]:
    whole = sample_files.image("JPEG", (800, 600))
    for part in range(1, 8):
        yield HostileFile(f"coupe-{part}.jpg", whole[: len(whole) * part // 8], "damaged")
    yield HostileFile("marque.jpg", b"\xff\xd8\xff" + b"\xff" * 100_000, "damaged")
    yield HostileFile("segments.jpg", whole[:2] + b"\xff\xfe\x00\x02" * 500_000 + whole[2:], "jpg")
    profile = b"\xff\xe2\xff\xff" + b"ICC_PROFILE\0\1\1" + b"a" * 65_519
    yield HostileFile("profil.jpg", whole[:2] + profile * 70 + whole[2:], "jpg")
    yield HostileFile("tables.jpg", whole[:2] + b"\xff\xc4\x00\x03\x00" * 10 + whole[2:], "damaged")
    yield HostileFile("sans-fin.jpg", whole[:-2], "damaged")


def png(
    size: tuple[int, int], rows: bytes, *, depth: int = 8, color: int = 0, interlaced: int = 0, more: bytes = b""
) -> bytes:
    """`rows`: deflated; `more`: further chunks, before the points."""
    head = struct.pack(">2I5B", *size, depth, color, 0, 0, interlaced)
    return _MARK + chunk(b"IHDR", head) + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _blank(width: int, height: int, bits: int) -> bytes:
    packer = zlib.compressobj(9)
    row = bytes(1 + (width * bits + 7) // 8)
    block = row * 100
    parts = [packer.compress(block) for _ in range(height // 100)]
    return b"".join([*parts, packer.compress(row * (height % 100)), packer.flush()])


_KINDS = ((1, 0, 1), (8, 0, 8), (8, 2, 24), (16, 2, 48), (8, 6, 32), (16, 6, 64))


def immense_pngs() -> Iterator[HostileFile]:
    """Of 49 million points they are read whole, within the memory; beyond they are not read at all."""
    for depth, color, bits in _KINDS:
        content = png((7_000, 7_000), _blank(7_000, 7_000, bits), depth=depth, color=color)
        yield HostileFile(f"49-{depth}-{color}.png", content, "png")
        content = png((8_000, 7_000), _blank(8_000, 100, bits), depth=depth, color=color)
        yield HostileFile(f"56-{depth}-{color}.png", content, "too_many_pixels")
    for side in (60_000, 2_000_000_000):
        yield HostileFile(f"annonce-{side}.png", png((side, side), b""), "too_many_pixels")


def lying_pngs() -> Iterator[HostileFile]:
    rows = _blank(100, 100, 8)
    much = zlib.compress(bytes(100 * 1024 * 1024), 9)
    yield HostileFile("peu.png", png((7_000, 7_000), rows), "damaged")
    yield HostileFile("trop.png", png((100, 100), much), "png")
    yield HostileFile("entrelace.png", png((7_000, 7_000), rows, interlaced=1), "damaged")
    for kind, head in ((b"zTXt", b"cle\0\0"), (b"iTXt", b"cle\0\1\0\0\0"), (b"iCCP", b"profil\0\0")):
        for number in (1, 40):
            content = png((100, 100), rows, more=chunk(kind, head + much) * number)
            yield HostileFile(f"{kind.decode()}-{number}.png", content, "damaged")
    yield HostileFile("longueur.png", _MARK + b"\x7f\xff\xff\xffIHDR" + b"\0" * 100, "damaged")
    yield HostileFile("somme.png", sample_files.image("PNG").replace(b"IDAT", b"IDAU", 1), "damaged")
    yield HostileFile("petits.png", png((100, 100), rows, more=chunk(b"tEXt", b"a\0b") * 200_000), "png")
    yield HostileFile("animee.png", png((100, 100), rows, more=chunk(b"acTL", struct.pack(">2I", 2**31 - 1, 0))), "png")
    yield HostileFile("coupe.png", sample_files.image("PNG")[:-100], "damaged")


def other_pictures() -> Iterator[HostileFile]:
    """Of formats that nobody may deposit: their points are never looked at."""
    side = struct.pack("<2H", 65_535, 65_535)
    heads = {
        "gif": b"GIF89a" + side + b"\0\0\0" + b"," + bytes(4) + side + b"\0\2\2\x4c\1\0;",
        "tiff": b"II*\0\x08\0\0\0\xff\xff" + b"\0\1\4\0\1\0\0\0\xff\xff\xff\x7f" * 100,
        "bmp": b"BM" + bytes(12) + struct.pack("<I2i2H", 40, 2**30, 2**30, 1, 1) + bytes(50),
        "webp": b"RIFF\xff\xff\xff\x7fWEBPVP8X\x0a\0\0\0" + b"\xff" * 10,
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><use href='#a' id='a'/></svg>",
        "ico": b"\0\0\1\0\xff\xff" + bytes(100),
        "psd": b"8BPS\0\1" + bytes(6) + b"\0\x38" + b"\xff" * 8,
        "heic": b"\0\0\0\x18ftypheic" + bytes(100),
        "jp2": b"\0\0\0\x0cjP  \r\n\x87\n" + b"\xff" * 100,
        "pnm": b"P6 999999 999999 255\n",
    }
    for name, content in heads.items():
        yield HostileFile(f"geant.{name}", content, FORMAT)
        yield HostileFile(f"{name}.png", content, FORMAT)
