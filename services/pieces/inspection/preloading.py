"""Loads what the readers of files need before their process is confined and can open no file, Python's own included."""

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
__all__ = ["ImageOps", "MpoImagePlugin", "PdfImagePlugin", "TiffImagePlugin", "preload_readers"]

_CODECS = ("ascii", "cp437", "latin-1", "utf-8", "utf-16-le")  # of names in archives and documents
_HEIC = (
    "eNpjYGCQSSupLMhIzUxmAILczDRDEDs3MzGNgYGxJje1JJEBAhQzUnKKoGyGgszkEgY0oJSZkw82xMWBgREIgYBxAYQGyQKxcmZmXhqYBxIV"
    "BXJSmaC8jLJkQxCTryCzJBeu5E9mQVEBkL6TWZCcD6RLgcqcGZlBQhPAiuQ+MPz5++MHAwM/cwJQh4QDIw/j//8gBcwgFcwgJLeLySERKKnp"
    "xMiIJrNAoZF12qt1s549UFxwoIGBgacBJNySBFTN5sJ4sPhgJ9AO4eT8nKK85JwKoCgvAxtQCYNIZnFBKtRjDlCskZyTCHKYANTtYPr///8X"
    "gDQTjAaJF2RWZII0MnNwcAApicyCXFgYA4ONtZGJmbUFyNbKTUkEhbGcBuN6FiEhnwc/WPzi814YhDIqrHmxpWThiekCk3dnHQAAdnBbXw=="
)
"""A white photograph of 16 by 16 pixels: base64 of zlib."""


def preload_readers() -> None:
    """Have each reader read something, so that it imports what it only imports at first use."""
    for codec in _CODECS:
        codecs.lookup(codec)
    Image.preinit()
    for plugin in (PngImagePlugin.PngImageFile, JpegImagePlugin.JpegImageFile):
        picture = io.BytesIO()
        Image.new("RGB", (1, 1)).save(picture, plugin.format)
        with Image.open(picture, formats=[str(plugin.format)]) as image:
            image.load()
    document = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(document, encryption=pikepdf.Encryption(owner="a", user=""))  # qpdf opens its source of randomness
    with pikepdf.open(document) as pdf:
        len(pdf.pages)
    photograph = io.BytesIO(heif.to_jpeg(io.BytesIO(zlib.decompress(base64.b64decode(_HEIC)))))
    pages.look_at(photograph)
    _, whole = pages.merge_pdfs([pages.picture_to_pdf(photograph)])
    pages.render_preview(io.BytesIO(whole))
    pages.look_at(io.BytesIO(whole))
