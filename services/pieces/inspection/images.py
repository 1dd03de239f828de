"""PNG and JPEG: whole, and of a size that can be decoded; the number of pixels is looked at before any is decoded."""

from __future__ import annotations

import threading
from typing import BinaryIO

import structlog
from PIL import Image

from services.pieces.domain.refusals import FileRefused, damaged

log = structlog.get_logger()

WHAT = "Cette image"
MOST_PIXELS = 50_000_000  # a good telephone's photograph, in full, is under that
_SCALE = 8  # JPEG can be decoded an eighth of its size, which reads all of it

# A decoded image takes up to 200 MB: two at a time, whatever the number of threads.
_decoding = threading.BoundedSemaphore(2)


def check_png(content: BinaryIO) -> None:
    """Raises FileRefused for a PNG that is truncated, damaged or immense."""
    _check(content, "PNG")


def check_jpeg(content: BinaryIO) -> None:
    """Raises FileRefused for a JPEG that is truncated, damaged or immense."""
    _check(content, "JPEG")


def _check(content: BinaryIO, kind: str) -> None:
    content.seek(0)
    try:
        with Image.open(content, formats=[kind]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _immense()
            with _decoding:
                if kind == "JPEG":
                    image.draft("RGB", (image.width // _SCALE, image.height // _SCALE))
                image.load()
    except FileRefused:
        raise
    except Image.DecompressionBombError as error:
        raise _immense() from error
    except (Exception, RecursionError) as error:  # a decoder fed with anything at all fails in any way
        log.info("image_unreadable", reason=type(error).__name__)
        raise damaged(WHAT) from error


def _immense() -> FileRefused:
    most = MOST_PIXELS // 1_000_000
    return FileRefused(
        "too_many_pixels",
        f"Cette image compte plus de {most} millions de points : elle ne pourra pas être affichée. Réduisez-la.",
    )
