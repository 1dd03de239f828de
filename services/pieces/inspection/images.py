"""PNG and JPEG: whole, and of a size that can be decoded; the number of pixels is looked at before any is decoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from PIL import Image, JpegImagePlugin

from services.pieces.domain.refusals import FileRefused, damaged

WHAT = "Cette image"
MOST_PIXELS = {"PNG": 50_000_000, "JPEG": 210_000_000}
"""An A4 sheet scanned at 600 dpi has 35 million, telephones' largest photographs 108 and 200."""
MOST_COEFFICIENTS = 180_000_000
"""A progressive JPEG is held whole while it is decoded, two bytes each: 108 million pixels with halved colours fit."""
_SCALE = 8  # JPEG can be decoded an eighth of its size, which reads all of it


def check_png(content: BinaryIO) -> None:
    """Raises FileRefused for a PNG that is truncated, damaged or immense."""
    _check(content, "PNG", lambda image: None)


def check_jpeg(content: BinaryIO) -> None:
    """Raises FileRefused for a JPEG that is truncated, damaged or immense."""
    _check(content, "JPEG", _decode_reduced)


def _check(content: BinaryIO, kind: str, prepare: Callable[[Image.Image], None]) -> None:
    content.seek(0)
    most = MOST_PIXELS[kind]
    Image.MAX_IMAGE_PIXELS = None  # ours count
    try:
        with Image.open(content, formats=[kind]) as image:
            if image.width * image.height > most:
                raise immense(most)
            prepare(image)
            image.load()
    except (FileRefused, MemoryError):
        raise
    except (Exception, RecursionError) as error:  # a decoder fed with anything at all fails in any way
        raise damaged(WHAT) from error


def _decode_reduced(image: Image.Image) -> None:
    if not isinstance(image, JpegImagePlugin.JpegImageFile):
        raise damaged(WHAT)
    if image.info.get("progressive") and _coefficients(image) > MOST_COEFFICIENTS:
        raise immense(MOST_PIXELS["PNG"])
    image.draft("RGB", (max(1, image.width // _SCALE), max(1, image.height // _SCALE)))


def _coefficients(image: JpegImagePlugin.JpegImageFile) -> int:
    """Of all components, by their sampling: each has that share of the pixels."""
    shares = [horizontal * vertical for _, horizontal, vertical, _ in image.layer]
    return image.width * image.height * sum(shares) // max(1, *shares)


def immense(most: int) -> FileRefused:
    """For more points than anybody can open."""
    return FileRefused(
        "too_many_pixels",
        f"Cette image compte plus de {most // 1_000_000} millions de points : elle ne pourra pas être affichée. "
        "Réduisez-la.",
    )
