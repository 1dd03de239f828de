"""Checks of PNG and JPEG: whole, and with few enough pixels to be decoded, which are counted before any is decoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from PIL import Image, JpegImagePlugin

from services.pieces.domain.refusals import FileRefused, RefusalReason, damaged

NOUN_PHRASE = "Cette image"
MAX_PIXELS = {"PNG": 50_000_000, "JPEG": 210_000_000}
"""An A4 sheet scanned at 600 dpi has 35 million, telephones' largest photographs 108 and 200."""
MAX_COEFFICIENTS = 180_000_000
"""Of a progressive JPEG, all of which are in memory while it is decoded, two bytes each: 108 million pixels with halved
colours fit."""
_JPEG_SCALE = 8  # decoding a JPEG at an eighth of its size reads all of it, in little memory


def check_png(content: BinaryIO) -> None:
    """Raises FileRefused for a PNG that is truncated, damaged or has too many pixels."""
    _check(content, "PNG", lambda image: None)


def check_jpeg(content: BinaryIO) -> None:
    """Raises FileRefused for a JPEG that is truncated, damaged or has too many pixels."""
    _check(content, "JPEG", _decode_reduced)


def _check(content: BinaryIO, format: str, prepare: Callable[[Image.Image], None]) -> None:
    content.seek(0)
    max_pixels = MAX_PIXELS[format]
    Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit; MAX_PIXELS is checked below
    try:
        with Image.open(content, formats=[format]) as image:
            if image.width * image.height > max_pixels:
                raise too_many_pixels(max_pixels)
            prepare(image)
            image.load()
    except (FileRefused, MemoryError):
        raise
    except (Exception, RecursionError) as error:  # a decoder may fail in any way on hostile bytes
        raise damaged(NOUN_PHRASE) from error


def _decode_reduced(image: Image.Image) -> None:
    if not isinstance(image, JpegImagePlugin.JpegImageFile):
        raise damaged(NOUN_PHRASE)
    if image.info.get("progressive") and _count_coefficients(image) > MAX_COEFFICIENTS:
        raise too_many_pixels(MAX_PIXELS["PNG"])
    image.draft("RGB", (max(1, image.width // _JPEG_SCALE), max(1, image.height // _JPEG_SCALE)))


def _count_coefficients(image: JpegImagePlugin.JpegImageFile) -> int:
    """Coefficients of all components; each component has as many as its sampling factors' share of the pixels."""
    shares = [horizontal * vertical for _, horizontal, vertical, _ in image.layer]
    return image.width * image.height * sum(shares) // max(1, *shares)


def too_many_pixels(max_pixels: int) -> FileRefused:
    """For an image of more than `max_pixels`."""
    return FileRefused(
        RefusalReason.TOO_MANY_PIXELS,
        f"Cette image compte plus de {max_pixels // 1_000_000} millions de points : elle ne pourra pas être affichée. "
        "Réduisez-la.",
    )
