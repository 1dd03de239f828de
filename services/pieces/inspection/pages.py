"""A picture or a page of a PDF as one sees it; pictures made pages; pages joined into one document."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from typing import BinaryIO

import pikepdf
import pypdfium2
from PIL import Image, ImageOps

from services.pieces.domain import legibility as rules
from services.pieces.domain.formats import Format
from services.pieces.domain.legibility import Look, Sign
from services.pieces.domain.refusals import LIMIT, damaged
from services.pieces.inspection import heif, legibility, pdf
from services.pieces.inspection.images import WHAT
from services.pieces.inspection.kinds import is_heic, kind_of

PAGE_SIDE = 2000  # points of the long side of a photographed page: A4 at 170 dpi
PREVIEW_SIDE = 1000
QUALITY = 80
A4_INCHES = 11.69  # its long side
LOOKED_AT = 12  # pages of a PDF
LOOKING_SECONDS = 1.5  # of processor time: the pages that it suffices for


def preview(content: BinaryIO) -> bytes:
    """A picture, or the first page of a PDF, as a JPEG. Raises FileRefused for what shows nothing."""
    image = next(_seen(content, PREVIEW_SIDE, 1))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def look(content: BinaryIO) -> Look:
    """Of a sound picture or PDF; of anything else there is nothing to see."""
    kind = kind_of(content)
    if kind is Format.PDF:
        return Look(len(_document(content)), rules.of_pages(list(_signs_of_pages(content))))
    if kind in (Format.PNG, Format.JPG):
        return Look(None, legibility.signs_of(next(_seen(content, legibility.SIDE, 1)), counted=True))
    return Look()


def _signs_of_pages(content: BinaryIO) -> Iterator[tuple[Sign, ...]]:
    begun = time.process_time()
    for image in _seen(content, legibility.SIDE, LOOKED_AT):
        yield legibility.signs_of(image, counted=False)
        if time.process_time() - begun > LOOKING_SECONDS:
            return


def page(content: BinaryIO) -> bytes:
    """A picture as a PDF of one page, as large as A4. Raises FileRefused."""
    image = next(_seen(content, PAGE_SIDE, 1))
    out = io.BytesIO()
    image.save(out, "PDF", quality=QUALITY, resolution=max(image.size) / A4_INCHES)
    return out.getvalue()


def joined(documents: list[bytes]) -> tuple[int, bytes]:
    """All pages in their order, without what else the documents hold: the size, and the bytes unless too many."""
    out = io.BytesIO()
    with pikepdf.new() as whole:
        sources = [pikepdf.open(io.BytesIO(document), suppress_warnings=True) for document in documents]
        for source in sources:
            whole.pages.extend(source.pages)
        whole.save(out)
    size = out.tell()
    return size, out.getvalue() if size <= LIMIT else b""


def _seen(content: BinaryIO, side: int, pages: int) -> Iterator[Image.Image]:
    """The picture, or the first pages, upright and at most `side` points long."""
    if kind_of(content) is Format.PDF:
        yield from _rendered(content, side, pages)
        return
    image = heif.decoded(content) if is_heic(content) else _picture(content, side)
    image.thumbnail((side, side))
    seen = heif.flattened(ImageOps.exif_transpose(image))
    seen.info.clear()  # a place, a date, a comment
    yield seen


def _picture(content: BinaryIO, side: int) -> Image.Image:
    """A JPEG is decoded at the size that is needed. Its points were counted before by `images`."""
    content.seek(0)
    try:
        image = Image.open(content, formats=["JPEG", "PNG"])
        image.draft(None, (side, side))
        image.load()
    except MemoryError:
        raise
    except (Exception, RecursionError) as error:  # a decoder fed with anything at all fails in any way
        raise damaged(WHAT) from error
    return image


def _rendered(content: BinaryIO, side: int, pages: int) -> Iterator[Image.Image]:
    document = _document(content)
    if len(document) == 0:
        raise damaged(pdf.WHAT)
    for number in range(min(pages, len(document))):
        shown = document[number]
        scale = side / max(1.0, *shown.get_size())
        yield shown.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")


def _document(content: BinaryIO) -> pypdfium2.PdfDocument:
    content.seek(0)
    return pypdfium2.PdfDocument(content.read())
