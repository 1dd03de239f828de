"""HEIC, as telephones take photographs: made JPEG, since no office opens it; date, place and all else is dropped."""

from __future__ import annotations

import io
from typing import BinaryIO

import pillow_heif
from PIL import Image

from services.pieces.domain.refusals import LIMIT, FileRefused, damaged
from services.pieces.inspection.images import WHAT, immense

MOST_PIXELS = 30_000_000
"""Of telephones' usual photographs, 12 and 24 million; one of 48 does not fit into the memory, nor into 5 Mo."""
LONGEST = 4096  # points of the JPEG's long side
QUALITY = 85

pillow_heif.options.DECODE_THREADS = 1  # besides the decoder's own
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False


def decoded(content: BinaryIO) -> Image.Image:
    """The photograph, upright. Raises FileRefused for one that is damaged or immense."""
    content.seek(0)
    try:
        photograph = pillow_heif.open_heif(content)
        width, height = photograph.size
        if width * height > MOST_PIXELS:
            raise immense(MOST_PIXELS)
        return photograph.to_pillow()
    except (FileRefused, MemoryError):
        raise
    except (Exception, RecursionError) as error:  # a decoder fed with anything at all fails in any way
        raise damaged(WHAT) from error


def to_jpeg(content: BinaryIO) -> bytes:
    """The photograph as a JPEG that can be deposited. Raises FileRefused."""
    image = flattened(decoded(content))
    image.thumbnail((LONGEST, LONGEST))
    made = _jpeg(image)
    return made if len(made) <= LIMIT else _jpeg(image.reduce(2))


def flattened(image: Image.Image) -> Image.Image:
    """In colours or grey, what is transparent over white paper."""
    if image.mode in ("L", "RGB"):
        return image
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        clear = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(clear, mask=clear.getchannel("A"))
        return paper
    return image.convert("L" if image.mode in ("1", "I", "I;16", "F") else "RGB")


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.info.clear()  # a profile, a comment
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
