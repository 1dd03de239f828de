"""Pages, of PDFs or pictures: checks PDFs, renders pages to be seen or looked at, makes PDFs of
pictures, merges PDFs.

A PDF that opens without a password but forbids printing or copying is accepted: staff can read it.
"""

import io
import re
import time
from collections.abc import Iterator
from typing import BinaryIO

import pikepdf
import pypdfium2
from PIL import Image, ImageOps

from services.contracts.piece_rules import (
    MAX_FILE_BYTES,
    MAX_MERGED_FILES,
    PAGE_SIDE,
    PREVIEW_SIDE,
    Format,
    Sign,
)
from services.pieces.domain.refusals import damaged, protected
from services.pieces.inspection import images, legibility
from services.pieces.inspection.format_detection import detect_format, is_heic

NOUN_PHRASE = "Ce PDF"
TAIL_BYTES = 2048  # in which readers look for the end of a PDF
_STARTXREF = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF")
JPEG_QUALITY = 80
A4_INCHES = 11.69  # its long side
MAX_LOOKED_AT_PAGES = MAX_MERGED_FILES  # of a PDF: each photograph that was joined
MAX_LOOK_SECONDS = 1.5  # of processor time, after which no further page is looked at


def render_preview(content: BinaryIO) -> bytes:
    """A JPEG of a picture, or of the first page of a PDF. Raises FileRefused for what cannot be
    shown."""
    return images.encode_jpeg(next(_render(content, PREVIEW_SIDE, range(1))), JPEG_QUALITY)


def render_page(content: BinaryIO, number: int) -> bytes:
    """A JPEG of a page of a PDF, from 1 on, or of a picture, which is its page 1; empty where there
    is no such page.

    Raises FileRefused for what cannot be shown.
    """
    image = next(_render(content, PAGE_SIDE, range(number - 1, number)), None)
    return images.encode_jpeg(image, JPEG_QUALITY) if image is not None else b""


def look_at(content: BinaryIO) -> tuple[int | None, tuple[Sign, ...]]:
    """The number of pages (of a PDF alone) and the signs of illegibility of a sound picture or PDF;
    of no other format are there any."""
    kind = detect_format(content)
    if kind is Format.PDF:
        return len(_open_pdf(content)), legibility.signs_of_document(list(_signs_by_page(content)))
    if kind in images.READERS:
        image = next(_render(content, legibility.LOOK_SIDE, range(1)))
        return None, legibility.find_signs(image, original_size=True)
    return None, ()


def _signs_by_page(content: BinaryIO) -> Iterator[tuple[Sign, ...]]:
    started = time.process_time()
    for image in _render(content, legibility.LOOK_SIDE, range(MAX_LOOKED_AT_PAGES)):
        yield legibility.find_signs(image, original_size=False)
        if time.process_time() - started > MAX_LOOK_SECONDS:
            return


def to_pdf(content: BinaryIO, number: int = 1) -> bytes:
    """A PDF of one page, a picture of page `number` of a PDF, from 1 on, or of a picture; its long
    side is that of A4. Empty where there is no such page. Raises FileRefused."""
    image = next(_render(content, PAGE_SIDE, range(number - 1, number)), None)
    if image is None:
        return b""
    out = io.BytesIO()
    image.save(out, "PDF", quality=JPEG_QUALITY, resolution=max(image.size) / A4_INCHES)
    return out.getvalue()


def merge_pdfs(documents: list[bytes], max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """A PDF of all pages of the documents in order, and of nothing else that they hold; empty
    beyond `max_bytes`."""
    out = io.BytesIO()
    with pikepdf.new() as merged:
        sources = [
            pikepdf.open(io.BytesIO(document), suppress_warnings=True) for document in documents
        ]
        for source in sources:
            merged.pages.extend(source.pages)
        merged.save(out, deterministic_id=True)
    return out.getvalue() if out.tell() <= max_bytes else b""


def _render(content: BinaryIO, side: int, pages: range) -> Iterator[Image.Image]:
    """The pages of a PDF whose numbers, from 0 on, are in `pages`, or a picture as page 0: upright
    and at most `side` pixels long."""
    if detect_format(content) is Format.PDF:
        yield from _render_pdf(content, side, pages)
        return
    if 0 not in pages:
        return
    image = images.decode_heic(content) if is_heic(content) else _decode_picture(content, side)
    image.thumbnail((side, side))
    upright = images.flatten(ImageOps.exif_transpose(image))
    upright.info.clear()  # place, date, words
    yield upright


def _decode_picture(content: BinaryIO, side: int) -> Image.Image:
    """A JPEG is decoded at about the size that is needed. Its pixels were counted before, by
    `images`."""
    content.seek(0)
    with images.refusing_damaged(images.NOUN_PHRASE):
        image = Image.open(content, formats=[reader.name for reader in images.READERS.values()])
        image.draft(None, (side, side))
        image.load()
    return image


def _render_pdf(content: BinaryIO, side: int, pages: range) -> Iterator[Image.Image]:
    document = _open_pdf(content)
    if len(document) == 0:
        raise damaged(NOUN_PHRASE)
    for number in pages[: max(0, len(document) - pages.start)]:
        pdf_page = document[number]
        scale = side / max(1.0, *pdf_page.get_size())
        yield pdf_page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")


def _open_pdf(content: BinaryIO) -> pypdfium2.PdfDocument:
    content.seek(0)
    return pypdfium2.PdfDocument(content.read())


def check_pdf(content: BinaryIO) -> None:
    """Raises FileRefused for a PDF that is truncated, unreadable, without pages or encrypted."""
    _check_end(content)
    content.seek(0)
    with images.refusing_damaged(NOUN_PHRASE):
        try:
            with pikepdf.open(content, suppress_warnings=True) as document:
                pages = len(document.pages)
        except pikepdf.PasswordError as error:
            raise protected(NOUN_PHRASE) from error
    if pages < 1:
        raise damaged(NOUN_PHRASE)


def _check_end(content: BinaryIO) -> None:
    size = content.seek(0, 2)
    content.seek(max(0, size - TAIL_BYTES))
    ends = _STARTXREF.findall(content.read())
    if not ends or int(ends[-1]) >= size:
        raise damaged(NOUN_PHRASE)
