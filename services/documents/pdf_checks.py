"""Checks and stamps the PDFs that exam offices send, and keeps a place for their seal, in a process
that can do nothing but answer: they reach every candidate.

A PDF is published if it is whole, readable by everybody, and without anything that acts by itself.
"""

import base64
import contextlib
import encodings
import importlib
import io
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyhanko.pdf_utils
import pypdf
import structlog
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, RectangleObject

from services.confined.checks import ConfinedChecks, Limits, Reason, Unreadable
from services.contracts.document_rules import MAX_PDF_BYTES
from services.documents.paper_seal import PaperSeal, with_place

log = structlog.get_logger()

LIMITS = Limits(memory=256 * 1024 * 1024, processor=5, wall=20)
"""Of each PDF; good ones take a hundredth of the seconds."""
STAMP_LIMITS = replace(LIMITS, made=2 * MAX_PDF_BYTES)
SENDING_SECONDS = 60.0
"""Of processor time, for all PDFs of a sending together: 500 good ones of a page or two take 3, of
many objects 20."""
MAX_PAGES = 50
DAMAGED = "Le PDF est endommagé ou incomplet"
PROTECTED = "Le PDF est protégé par un mot de passe ou un chiffrement"
ACTIVE = "Le PDF contient du code, une action automatique ou un fichier joint"
NOT_A_PDF = "Le fichier n'est pas un PDF"
_HEAD = b"%PDF-"
_TAIL_BYTES = 2048
_END = b"%%EOF"
_ACTIVE_KEYS = frozenset(
    {
        "/JS",
        "/JavaScript",
        "/EmbeddedFiles",
        "/EF",
        "/AA",
        "/RichMediaContent",
        "/XFA",
        "/OnInstantiate",
    }
)
_ACTIVE_ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/Movie",
    }
)
_PLACE_IN_THE_FILE = "/GoTo"
"""The one action that may follow from opening the file; a link that a reader clicks on may lead to
a site, too."""


def refusal_of(checks: ConfinedChecks, content: bytes) -> tuple[str | None, float]:
    """Why the PDF is not published, in French, or None for a good one; and the seconds of processor
    time that it took. What its reader fails on is damaged; where that only waited, all its time
    counts."""
    try:
        answer = checks.run("check", io.BytesIO(content), LIMITS)
    except Unreadable as error:
        log.warning("pdf_unreadable", size=len(content), reason=error.reason)
        return DAMAGED, LIMITS.wall if error.reason is Reason.TIME else error.cpu_seconds
    refusal = answer.facts.get("refusal", DAMAGED)
    return None if refusal is None else str(refusal), answer.cpu_seconds


def check(file: io.BytesIO) -> dict[str, Any]:
    """`refusal_of` runs this in a confined process. On hostile bytes anything may be raised."""
    return {"refusal": _refusal_of(file.getvalue())}


def stamped(checks: ConfinedChecks, content: bytes, strip: bytes, seal: PaperSeal) -> bytes | None:
    """The PDF with that strip, a page of a PDF of ours, added below what its first page shows, and
    with the seal. None for one that its office has signed: its signature would no longer hold.
    Raises Unreadable, SealError."""
    arguments = {"strip": base64.b64encode(strip).decode(), "room": seal.room}
    answer = checks.run("stamp", io.BytesIO(content), STAMP_LIMITS, **arguments)
    match answer.facts:
        case {"place": [int(start), int(end)]}:
            return seal.put(answer.made, start, end)
        case {"unplaced": str(reason)}:
            seal.note_missing(reason)
    return answer.made or None


def stamp(file: io.BytesIO, strip: str, room: int) -> tuple[dict[str, Any], bytes]:
    """`stamped` runs this in a confined process. On hostile bytes anything may be raised."""
    reader = PdfReader(file)
    out = io.BytesIO()
    if any("/ByteRange" in item for item in _dictionaries(reader)):
        return {}, b""
    writer = PdfWriter(clone_from=reader)
    _add_below(writer.pages[0], PdfReader(io.BytesIO(base64.b64decode(strip))).pages[0])
    writer.write(out)
    if not room:
        return {}, out.getvalue()
    try:
        pdf, start, end = with_place(out.getvalue(), room)
    except Exception as error:  # its code does not depend on what a second reader says of the PDF
        return {"unplaced": type(error).__name__}, out.getvalue()
    return {"place": [start, end]}, pdf


def _add_below(page: PageObject, strip: PageObject) -> None:
    """At what is the lower edge once the page is turned as it says; smaller where the page is
    narrower. What the page draws beyond its edges stays hidden; it is drawn last, since some leave
    a scale behind that would hold for the strip. Raises ValueError for a page that shows
    nothing."""
    left, bottom, right, top = _shown(page)
    if (content := page.get_contents()) is not None:
        edges = b"%f %f %f %f re W n\n" % (left, bottom, right - left, top - bottom)
        content.set_data(edges + content.get_data())
        page.replace_contents(content)
    turns = page.rotation // 90 % 4
    x, y = ((left, bottom), (right, bottom), (right, top), (left, top))[turns]
    cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[turns]
    scale = min(1.0, (top - bottom if turns % 2 else right - left) / float(strip.mediabox.width))
    height = scale * float(strip.mediabox.height)
    x = x + sin * height
    y = y - cos * height
    page.merge_transformed_page(
        strip, (scale * cos, scale * sin, -scale * sin, scale * cos, x, y), over=False
    )
    page.mediabox = page.cropbox = RectangleObject(
        (min(left, x), min(bottom, y), max(right, x), max(top, y))
    )


def _shown(page: PageObject) -> tuple[float, float, float, float]:
    """What readers show: where its two boxes meet, each of which may be written from any of its
    corners."""
    boxes = [list(map(float, box)) for box in (page.mediabox, page.cropbox)]
    left = max(min(box[::2]) for box in boxes)
    right = min(max(box[::2]) for box in boxes)
    bottom = max(min(box[1::2]) for box in boxes)
    top = min(max(box[1::2]) for box in boxes)
    if left >= right or bottom >= top:
        raise ValueError("the page shows nothing")
    return left, bottom, right, top


def _refusal_of(content: bytes) -> str | None:
    if not content.startswith(_HEAD):
        return NOT_A_PDF
    if _END not in content[-_TAIL_BYTES:]:
        return DAMAGED
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        return PROTECTED
    pages = len(reader.pages)
    if pages < 1:
        return DAMAGED
    if pages > MAX_PAGES:
        return f"Le PDF a plus de {MAX_PAGES} pages"
    return ACTIVE if any(_is_active(item) for item in _dictionaries(reader)) else None


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of the file, however it is nested."""
    numbers = {
        (number, generation) for generation, places in reader.xref.items() for number in places
    }
    numbers |= {(number, 0) for number in reader.xref_objStm}
    waiting: list[Any] = [reader.trailer]
    waiting += [
        reader.get_object(IndirectObject(number, generation, reader))
        for number, generation in sorted(numbers)
    ]
    while waiting:
        item = waiting.pop()
        if isinstance(item, DictionaryObject):
            yield item
            waiting += [dict.__getitem__(item, key) for key in item]
        elif isinstance(item, ArrayObject):
            waiting += list.__iter__(item)


def _is_active(item: DictionaryObject) -> bool:
    return (
        not _ACTIVE_KEYS.isdisjoint(item)
        or _value(item, "/S") in _ACTIVE_ACTIONS
        or _acts_by_itself(_value(item, "/OpenAction"))
    )


def _acts_by_itself(opening: Any) -> bool:
    """What happens when the file is opened: a place to show is harmless, as an array or as an
    action without a next."""
    if not isinstance(opening, DictionaryObject):
        return False
    return _value(opening, "/S") != _PLACE_IN_THE_FILE or "/Next" in opening


def _value(item: DictionaryObject, key: str) -> Any:
    """What a reader finds there, also where it stands elsewhere in the file."""
    value = dict.get(item, key)
    return value.get_object() if isinstance(value, IndirectObject) else value


def preload() -> None:
    """Import what the reader imports only when it reads: later it cannot."""
    for package in (encodings, pypdf, pyhanko.pdf_utils):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            with contextlib.suppress(ImportError):  # codecs of other systems, fonts
                importlib.import_module(module.name)
    writer = PdfWriter()
    sample = io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(sample)
    check(sample)
    stamp(sample, base64.b64encode(sample.getvalue()).decode(), room=1)
