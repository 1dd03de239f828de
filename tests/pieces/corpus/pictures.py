"""Pictures that are immense, endless or lie."""

import functools
import struct
import zlib
from collections.abc import Iterator

from tests.pieces.corpus import UNVERIFIED, HostileFile
from tests.pieces.corpus.pdfs import MB, compressed_zeros
from tests.pieces.sample_files import flat, image

_MARK = b"\x89PNG\r\n\x1a\n"


def _with_scans(content: bytes, scans: int) -> bytes:
    """Its last scan again and again."""
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * scans + b"\xff\xd9"


@functools.cache
def endless() -> bytes:
    """A picture that takes longer to be read than any may."""
    return _with_scans(flat("JPEG", (7_000, 7_000), progressive=True), 4_000)


def scans() -> Iterator[HostileFile]:
    yield HostileFile(
        "passes.jpg", _with_scans(flat("JPEG", (1_000, 1_000), progressive=True), 300), "jpg"
    )
    yield HostileFile("sans-fin.jpg", endless(), UNVERIFIED)


def _claiming(content: bytes, width: int, height: int) -> bytes:
    at = next(content.index(mark) for mark in (b"\xff\xc0", b"\xff\xc2") if mark in content)
    return content[: at + 5] + struct.pack(">2H", height, width) + content[at + 9 :]


def immense_jpegs() -> Iterator[HostileFile]:
    """Refused by what they claim, one row beyond what is read."""
    small = flat("JPEG", (64, 64))
    progressive = flat("JPEG", (64, 64), "RGB", progressive=True)
    yield HostileFile("au-plus.jpg", _claiming(small, 14_000, 15_000), "jpg")
    for width, height in ((14_000, 15_001), (65_535, 65_535)):
        yield HostileFile(
            f"annonce-{width}.jpg", _claiming(small, width, height), "too_many_pixels"
        )
    yield HostileFile("progressif-au-plus.jpg", _claiming(progressive, 12_000, 10_000), "jpg")
    yield HostileFile("progressif.jpg", _claiming(progressive, 12_000, 10_001), "too_many_pixels")
    yield HostileFile("ligne.jpg", flat("JPEG", (65_500, 1)), "jpg")
    yield HostileFile("colonne.jpg", flat("JPEG", (1, 65_500)), "jpg")


def lying_jpegs() -> Iterator[HostileFile]:
    whole = image("JPEG", (800, 600))
    yield HostileFile("marque.jpg", b"\xff\xd8\xff" + b"\xff" * 100_000, "damaged")
    yield HostileFile("segments.jpg", whole[:2] + b"\xff\xfe\x00\x02" * 500_000 + whole[2:], "jpg")
    profile = b"\xff\xe2\xff\xff" + b"ICC_PROFILE\0\1\1" + b"a" * 65_519
    yield HostileFile("profil.jpg", whole[:2] + profile * 70 + whole[2:], "jpg")
    yield HostileFile("tables.jpg", whole[:2] + b"\xff\xc4\x00\x03\x00" * 10 + whole[2:], "damaged")
    yield HostileFile("sans-fin.jpg", whole[:-2], "damaged")


def png(
    size: tuple[int, int],
    rows: bytes,
    *,
    depth: int = 8,
    color: int = 0,
    interlaced: int = 0,
    more: bytes = b"",
) -> bytes:
    """`rows`: deflated; `more`: further chunks, before the points."""
    head = struct.pack(">2I5B", *size, depth, color, 0, 0, interlaced)
    return _MARK + chunk(b"IHDR", head) + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def immense_pngs() -> Iterator[HostileFile]:
    """Of fifty million points they are read whole, within the memory; beyond they are not read at
    all."""
    for depth, color, bits in ((1, 0, 1), (16, 6, 64)):
        rows = compressed_zeros((7_000 * (7_000 * bits // 8 + 1) // MB + 1) * MB)
        yield HostileFile(
            f"{depth}-{color}.png", png((7_000, 7_000), rows, depth=depth, color=color), "png"
        )
    yield HostileFile("au-plus.png", png((10_000, 5_000), compressed_zeros(48 * MB)), "png")
    for width, height in ((10_000, 5_001), (2_000_000_000, 2_000_000_000)):
        yield HostileFile(f"annonce-{width}.png", png((width, height), b""), "too_many_pixels")


def lying_pngs() -> Iterator[HostileFile]:
    rows = zlib.compress(bytes(100 * 101))
    much = compressed_zeros(100 * MB)
    yield HostileFile("peu.png", png((7_000, 7_000), rows), "damaged")
    yield HostileFile("trop.png", png((100, 100), much), "png")
    yield HostileFile("entrelace.png", png((7_000, 7_000), rows, interlaced=1), "damaged")
    for kind, head in (
        (b"zTXt", b"cle\0\0"),
        (b"iTXt", b"cle\0\1\0\0\0"),
        (b"iCCP", b"profil\0\0"),
    ):
        content = png((100, 100), rows, more=chunk(kind, head + much) * 40)
        yield HostileFile(f"{kind.decode()}.png", content, "damaged")
    yield HostileFile("longueur.png", _MARK + b"\x7f\xff\xff\xffIHDR" + b"\0" * 100, "damaged")
    yield HostileFile("somme.png", image("PNG").replace(b"IDAT", b"IDAU", 1), "damaged")
    yield HostileFile(
        "petits.png", png((100, 100), rows, more=chunk(b"tEXt", b"a\0b") * 200_000), "png"
    )
    yield HostileFile(
        "animee.png",
        png((100, 100), rows, more=chunk(b"acTL", struct.pack(">2I", 2**31 - 1, 0))),
        "png",
    )
