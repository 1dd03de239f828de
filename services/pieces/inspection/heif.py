"""Converts HEIC, as telephones take photographs, to JPEG, since exam offices cannot open it; without date and place."""

from __future__ import annotations

import io
from typing import BinaryIO

import pillow_heif
from PIL import Image

from services.contracts.piece_rules import MAX_FILE_BYTES
from services.pieces.domain.refusals import FileRefused, damaged
from services.pieces.inspection.images import NOUN_PHRASE, too_many_pixels

MAX_PIXELS = 30_000_000
"""Telephones' usual photographs have 12 and 24 million; one of 48 fits neither into the memory nor into a
deposit."""
MAX_SIDE = 4096  # pixels of the JPEG's long side
QUALITY = 85

pillow_heif.options.DECODE_THREADS = 1  # besides the decoder's own
pillow_heif.options.THUMBNAILS = False
pillow_heif.options.DEPTH_IMAGES = False
pillow_heif.options.AUX_IMAGES = False


def decode(content: BinaryIO) -> Image.Image:
    """The photograph, upright. Raises FileRefused for one that is damaged or has too many pixels."""
    content.seek(0)
    try:
        photograph = pillow_heif.open_heif(content)
        width, height = photograph.size
        if width * height > MAX_PIXELS:
            raise too_many_pixels(MAX_PIXELS)
        return photograph.to_pillow()
    except (FileRefused, MemoryError):
        raise
    except (Exception, RecursionError) as error:  # a decoder may fail in any way on hostile bytes
        raise damaged(NOUN_PHRASE) from error


def to_jpeg(content: BinaryIO) -> bytes:
    """The photograph as a JPEG within the limit of one file. Raises FileRefused."""
    image = flatten(decode(content))
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    jpeg = _encode_jpeg(image)
    return jpeg if len(jpeg) <= MAX_FILE_BYTES else _encode_jpeg(image.reduce(2))


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


def _encode_jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.info.clear()  # colour profile, comment
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
