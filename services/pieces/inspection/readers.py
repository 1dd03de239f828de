"""What the confined process needs is loaded before it is confined: it can open no file of Python's any more."""

from __future__ import annotations

import codecs
import io

import pikepdf
from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin

__all__ = ["MpoImagePlugin", "load"]  # telephones put several pictures into a JPEG

_CODECS = ("ascii", "cp437", "latin-1", "utf-8", "utf-16-le")  # of names in archives and documents


def load() -> None:
    """Have readers import what they import late, by letting each read something."""
    for codec in _CODECS:
        codecs.lookup(codec)
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
