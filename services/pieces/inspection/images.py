"""Pictures as Pillow reads them (READERS has a line for each format), and their checks: whole, and
with few enough pixels to be decoded, which are counted before any is decoded.

HEIC, as telephones take photographs, is converted to JPEG, since exam offices cannot open it;
without date and place.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import SEEK_END
from typing import BinaryIO

import pillow_heif
from PIL import Image, ImageFile, JpegImagePlugin, PngImagePlugin

from services.contracts.piece_rules import MAX_FILE_BYTES, Format
from services.pieces.domain.refusals import FileRefused, RefusalReason, damaged

NOUN_PHRASE = "Cette image"
MAX_PIXELS = 50_000_000
MAX_HEIC_PIXELS = 30_000_000
"""Telephones usually have 12 and 24 million; a HEIC of 48 fits neither into the memory nor into a
deposit."""
MAX_COEFFICIENTS = 180_000_000
"""Of a progressive JPEG, all of which are in memory while it is decoded, two bytes each: 108
million pixels with halved colours fit."""
MAX_SIDE = 4096  # pixels of the long side of a JPEG made of a HEIC
LAST_BYTES = 64 * 1024  # telephones and scanners add some of their own
QUALITY = 85  # of that JPEG
_JPEG_SCALE = 8  # decoding a JPEG at an eighth of its size reads all of it, in little memory

pillow_heif.options.DECODE_THREADS = 1  # besides the decoder's own
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False


@contextmanager
def refusing_damaged(noun_phrase: str) -> Iterator[None]:
    """Errors in the block refuse the file as damaged, since a decoder may fail in any way on
    hostile bytes; but not other refusals, nor the lack of memory."""
    try:
        yield
    except (FileRefused, MemoryError):
        raise
    except Exception as error:
        raise damaged(noun_phrase) from error


def _decode_reduced(image: Image.Image) -> None:
    if not isinstance(image, JpegImagePlugin.JpegImageFile):
        raise damaged(NOUN_PHRASE)
    if image.info.get("progressive") and _count_coefficients(image) > MAX_COEFFICIENTS:
        raise _too_many_pixels(MAX_PIXELS)
    image.draft("RGB", (max(1, image.width // _JPEG_SCALE), max(1, image.height // _JPEG_SCALE)))


@dataclass(frozen=True)
class PictureReader:
    """How Pillow reads a format: its plugin, which is loaded before a process is confined; how many
    pixels are decoded at most, and what is done before that."""

    plugin: type[ImageFile.ImageFile]
    max_pixels: int
    prepare: Callable[[Image.Image], None] = lambda image: None
    end: bytes = b""
    """What the last bytes of a whole file hold, where Pillow does without."""

    @property
    def name(self) -> str:
        return str(self.plugin.format)

    def check(self, content: BinaryIO) -> None:
        """Raises FileRefused for a picture that is truncated, damaged or has too many pixels."""
        content.seek(0)
        Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit; that of the format is checked below
        with refusing_damaged(NOUN_PHRASE), Image.open(content, formats=[self.name]) as image:
            _refuse_many_pixels(image.width * image.height, self.max_pixels)
            self.prepare(image)
            image.load()
        content.seek(-min(content.seek(0, SEEK_END), LAST_BYTES), SEEK_END)
        if self.end not in content.read():
            raise damaged(NOUN_PHRASE)


READERS = {
    Format.PNG: PictureReader(PngImagePlugin.PngImageFile, MAX_PIXELS, end=b"IEND\xaeB`\x82"),
    Format.JPG: PictureReader(JpegImagePlugin.JpegImageFile, 210_000_000, _decode_reduced),
}
"""An A4 sheet scanned at 600 dpi has 35 million pixels, telephones' largest photographs 108 and
200."""
CHECKS = {format: reader.check for format, reader in READERS.items()}


def _count_coefficients(image: JpegImagePlugin.JpegImageFile) -> int:
    """Coefficients of all components; each component has as many as its sampling factors' share of
    the pixels."""
    shares = [horizontal * vertical for _, horizontal, vertical, _ in image.layer]
    return image.width * image.height * sum(shares) // max(1, *shares)


def _refuse_many_pixels(pixels: int, max_pixels: int) -> None:
    if pixels > max_pixels:
        raise _too_many_pixels(max_pixels)


def _too_many_pixels(max_pixels: int) -> FileRefused:
    return FileRefused(
        RefusalReason.TOO_MANY_PIXELS,
        f"Cette image compte plus de {max_pixels // 1_000_000} millions de points : elle ne pourra "
        "pas être affichée. Réduisez-la.",
    )


def decode_heic(content: BinaryIO) -> Image.Image:
    """The photograph, upright. Raises FileRefused for one that is damaged or has too many
    pixels."""
    content.seek(0)
    with refusing_damaged(NOUN_PHRASE):
        photograph = pillow_heif.open_heif(content)
        width, height = photograph.size
        _refuse_many_pixels(width * height, MAX_HEIC_PIXELS)
        return photograph.to_pillow()


def to_jpeg(content: BinaryIO) -> bytes:
    """The photograph as a JPEG within the limit of one file. Raises FileRefused."""
    image = flatten(decode_heic(content))
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    jpeg = encode_jpeg(image)
    return jpeg if len(jpeg) <= MAX_FILE_BYTES else encode_jpeg(image.reduce(2))


def flatten(image: Image.Image) -> Image.Image:
    """The image in colours or grey, transparent parts on white."""
    if image.mode in ("L", "RGB"):
        return image
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        transparent = image.convert("RGBA")
        background = Image.new("RGB", image.size, "white")
        background.paste(transparent, mask=transparent.getchannel("A"))
        return background
    return image.convert("L" if image.mode in ("1", "I", "I;16", "F") else "RGB")


def encode_jpeg(image: Image.Image, quality: int = QUALITY) -> bytes:
    out = io.BytesIO()
    image.info.clear()  # colour profile, words
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
