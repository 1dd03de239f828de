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
from dataclasses import dataclass, replace

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
    """Say why a PDF is not published, in French, or None for a good one; and the seconds of
    processor time that it took.

    What its reader fails on is damaged; where that only waited, all its time counts.
    """
    try:
        answer = checks.run("check", io.BytesIO(content), LIMITS)
    except Unreadable as error:
        log.warning("pdf_unreadable", size=len(content), reason=error.reason)
        return DAMAGED, LIMITS.wall if error.reason is Reason.TIME else error.cpu_seconds
    refusal = answer.facts.get("refusal", DAMAGED)
    return None if refusal is None else str(refusal), answer.cpu_seconds


def check(file: io.BytesIO) -> dict[str, str | None]:
    """Look into a PDF, in a confined process that `refusal_of` runs. On hostile bytes anything may
    be raised."""
    return {"refusal": _refusal_of(file.getvalue())}


def stamped(checks: ConfinedChecks, content: bytes, strip: bytes, seal: PaperSeal) -> bytes | None:
    """Add a strip, a page of a PDF of ours, below what the first page of a PDF shows, and the seal.

    None for a PDF that its office has signed: its signature would no longer hold. Raises
    Unreadable, SealError.
    """
    answer = checks.run(
        "stamp",
        io.BytesIO(content),
        STAMP_LIMITS,
        strip=base64.b64encode(strip).decode(),
        room=seal.room,
    )
    match answer.facts:
        case {"place": [int(start), int(end)]}:
            return seal.put(answer.made, start, end)
        case {"unplaced": str(reason)}:
            seal.note_missing(reason)
    return answer.made or None


def stamp(file: io.BytesIO, strip: str, room: int) -> tuple[dict[str, str | list[int]], bytes]:
    """Stamp a PDF, in a confined process that `stamped` runs. On hostile bytes anything may be
    raised."""
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
    """Add a strip at what is the lower edge once the page is turned as it says; smaller where the
    page is narrower.

    What the page draws beyond its edges stays hidden. It is drawn last, since some pages leave a
    scale behind that would hold for the strip. Raises ValueError for a page that shows nothing.
    """
    shown = _Box.shown_of(page)
    content = page.get_contents()
    if content is not None:
        edges = b"%f %f %f %f re W n\n" % (shown.left, shown.bottom, shown.width, shown.height)
        content.set_data(edges + content.get_data())
        page.replace_contents(content)
    turns = page.rotation // 90 % 4
    x, y = shown.corners[turns]
    cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[turns]
    lower_edge = shown.height if turns % 2 else shown.width
    scale = min(1.0, lower_edge / float(strip.mediabox.width))
    height = scale * float(strip.mediabox.height)
    x = x + sin * height
    y = y - cos * height
    page.merge_transformed_page(
        strip, (scale * cos, scale * sin, -scale * sin, scale * cos, x, y), over=False
    )
    with_strip = shown.including(x, y)
    page.mediabox = page.cropbox = RectangleObject(
        (with_strip.left, with_strip.bottom, with_strip.right, with_strip.top)
    )


@dataclass(frozen=True)
class _Box:
    """A rectangle of a page, in points: left < right, bottom < top."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def shown_of(cls, page: PageObject) -> "_Box":
        """Return what readers show of a page: where its two boxes meet.

        Raises ValueError for a page that shows nothing.
        """
        media = cls._of(page.mediabox)
        crop = cls._of(page.cropbox)
        shown = cls(
            max(media.left, crop.left),
            max(media.bottom, crop.bottom),
            min(media.right, crop.right),
            min(media.top, crop.top),
        )
        if shown.left >= shown.right or shown.bottom >= shown.top:
            raise ValueError("the page shows nothing")
        return shown

    @classmethod
    def _of(cls, written: RectangleObject) -> "_Box":
        """Read a box, which may be written from any of its corners."""
        x, y, opposite_x, opposite_y = map(float, written)
        return cls(min(x, opposite_x), min(y, opposite_y), max(x, opposite_x), max(y, opposite_y))

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Return the corners from the lower left one on, against the clock: each is the lower left
        one of the page that is turned by as many quarters."""
        return (
            (self.left, self.bottom),
            (self.right, self.bottom),
            (self.right, self.top),
            (self.left, self.top),
        )

    def including(self, x: float, y: float) -> "_Box":
        """Return the smallest box that has this one and a point in it."""
        return _Box(min(self.left, x), min(self.bottom, y), max(self.right, x), max(self.top, y))


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
    """Yield every dictionary of the file, however it is nested."""
    numbers = {
        (number, generation) for generation, places in reader.xref.items() for number in places
    }
    numbers |= {(number, 0) for number in reader.xref_objStm}
    waiting: list[object] = [reader.trailer]
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


def _acts_by_itself(opening: object) -> bool:
    """Tell whether something happens when the file is opened. A place to show is harmless, as an
    array or as an action without a next."""
    if not isinstance(opening, DictionaryObject):
        return False
    return _value(opening, "/S") != _PLACE_IN_THE_FILE or "/Next" in opening


def _value(item: DictionaryObject, key: str) -> object:
    """Return what a reader finds under a key, also where it stands elsewhere in the file."""
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
