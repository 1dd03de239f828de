"""What the confined process needs is loaded before it is confined: it can open no file of Python's any more."""

from __future__ import annotations

import base64
import codecs
import io
import zlib

import pikepdf
from PIL import (
    Image,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,
    PdfImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
)

from services.pieces.inspection import heif, pages

# Telephones put several pictures into a JPEG, and their place and time, which Pillow reads as TIFF.
__all__ = ["ImageOps", "MpoImagePlugin", "PdfImagePlugin", "TiffImagePlugin", "load"]

_CODECS = ("ascii", "cp437", "latin-1", "utf-8", "utf-16-le")  # of names in archives and documents
_HEIC = (
    "eNpjYGCQSSupLMhIzUxmAILczDRDEDs3MzGNgYGxJje1JJEBAhQzUnKKoGyGgszkEgY0oJSZkw82xMWBgREIgYBxAYQGyQKxcmZmXhqYBxIV"
    "BXJSmaC8jLJkQxCTryCzJBeu5E9mQVEBkL6TWZCcD6RLgcqcGZlBQhPAiuQ+MPz5++MHAwM/cwJQh4QDIw/j//8gBcwgFcwgJLeLySERKKnp"
    "xMiIJrNAoZF12qt1s549UFxwoIGBgacBJNySBFTN5sJ4sPhgJ9AO4eT8nKK85JwKoCgvAxtQCYNIZnFBKtRjDlCskZyTCHKYANTtYPr///8X"
    "gDQTjAaJF2RWZII0MnNwcAApicyCXFgYA4ONtZGJmbUFyNbKTUkEhbGcBuN6FiEhnwc/WPzi814YhDIqrHmxpWThiekCk3dnHQAAdnBbXw=="
)
"""A white photograph of 16 by 16 points."""


def load() -> None:
    """Have readers import what they import late, by letting each read something."""
    for codec in _CODECS:
        codecs.lookup(codec)
    Image.preinit()
    for plugin in (PngImagePlugin.PngImageFile, JpegImagePlugin.JpegImageFile):
        picture = io.BytesIO()
        Image.new("RGB", (1, 1)).save(picture, plugin.format)
        with Image.open(picture, formats=[str(plugin.format)]) as image:
            image.load()
    document = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(document, encryption=pikepdf.Encryption(owner="a", user=""))  # qpdf opens its source of chance
    with pikepdf.open(document) as read:
        len(read.pages)
    photograph = io.BytesIO(heif.to_jpeg(io.BytesIO(zlib.decompress(base64.b64decode(_HEIC)))))
    pages.look(photograph)
    _, whole = pages.joined([pages.page(photograph)])
    pages.preview(io.BytesIO(whole))
    pages.look(io.BytesIO(whole))
