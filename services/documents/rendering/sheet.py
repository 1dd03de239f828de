"""The content of a document as plain values, a head and blocks, and the head that all documents of
a candidature have (guide §6). Templates decide only how it looks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from services import french
from services.contracts.registrations import Contact, RegistrationSaved
from services.documents.domain.proofs import Proof
from services.documents.rendering.stamp import Stamp
from services.reference import telephones

_ACADEMIE = re.compile(r"(ACADÉMIE (?:DE LA|DE L'|DES|DE|DU|D'))\s*(.+)", re.IGNORECASE)
"""An académie's label as the letterhead breaks it: « ACADÉMIE DE » over « BESANCON ». Any other
label stays on one line."""
AUTHORITY = "MINISTÈRE DE L'ÉDUCATION NATIONALE"


@dataclass(frozen=True)
class Letterhead:
    """The texts that every document of the installation bears: the authority on top, a notice at
    the bottom."""

    authority: str = AUTHORITY
    notice: str | None = None
    """"Démonstration : document sans valeur" outside production."""
    portal: str = ""
    """Its address, where papers are verified."""


@dataclass(frozen=True)
class Field:
    """« label : value »; an empty value leaves the label alone, as the State's forms do."""

    label: str
    value: str = ""


Cell = tuple[Field, ...]
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Fields:
    """Fields in rows of one or two cells, read row by row."""

    rows: tuple[Row, ...]
    heading: str
    """Heading of the block in the HTML page; in the PDF only when `show_heading`."""
    show_heading: bool = False
    kind: str = "fields"

    @property
    def runs(self) -> list[list[Row]]:
        """Consecutive rows with the same number of cells: in the PDF each run is one table, or
        plain lines."""
        return [list(rows) for _, rows in groupby(self.rows, key=len)]


@dataclass(frozen=True)
class Banner:
    """One sentence that must not be missed."""

    text: str
    kind: str = "banner"


@dataclass(frozen=True)
class Table:
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """One text per column; the first names the row."""
    widths: tuple[int, ...]
    """Percentages of the page's width, one per column."""
    kind: str = "table"


@dataclass(frozen=True)
class Paragraphs:
    texts: tuple[str, ...]
    heading: str | None = None
    kind: str = "paragraphs"


@dataclass(frozen=True)
class Blanks:
    """Labels followed by lines to write on."""

    labels: tuple[str, ...]
    heading: str
    kind: str = "blanks"


@dataclass(frozen=True)
class Signature:
    """A declaration, and the boxes under it to date and sign."""

    declaration: str
    boxes: tuple[str, ...]
    kind: str = "signature"


Block = Fields | Banner | Table | Paragraphs | Blanks | Signature


@dataclass(frozen=True)
class Head:
    """Top of each document: académie and contact at the left, title at the centre, numbers at the
    right."""

    academie: tuple[str, ...]
    title: str
    exam: str
    version_line: str | None
    numbers: tuple[Field, ...]
    contact: tuple[str, ...]
    addressee: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A whole document. `name` is its type's label, for the PDF's title and the HTML page's;
    `proof`: by which it is verified, of a document that can be."""

    name: str
    letterhead: Letterhead
    head: Head
    blocks: tuple[Block, ...]
    author: str
    proof: Proof | None = None

    @property
    def stamp(self) -> Stamp | None:
        return Stamp.of(self.proof, self.letterhead.portal) if self.proof else None


def candidature_sheet(
    event: RegistrationSaved,
    letterhead: Letterhead,
    name: str,
    blocks: Iterable[Block],
    *,
    title: str,
    with_version: bool = False,
) -> Sheet:
    """Put together a document of this candidature; `title` is printed on top.

    `with_version` adds « Version : 1 du 04/10/2021 à 14:08 », and an edition after the first.
    """
    broken = _ACADEMIE.fullmatch(event.academie.label)
    head = Head(
        academie=broken.groups() if broken else (event.academie.label,),
        title=title,
        exam=event.exam.label,
        version_line=_version_line(event) if with_version else None,
        numbers=(
            Field("N° candidat", event.numero_candidat),
            Field("Inscription n°", event.numero_inscription),
            Field("Session", event.session.code_pdf),
        ),
        contact=contact_lines(event.academie.contact),
        addressee=(candidate_name(event), *event.confirmation.address),
    )
    return Sheet(name, letterhead, head, tuple(blocks), author=event.academie.label)


def _version_line(event: RegistrationSaved) -> str:
    saved = french.short_instant(datetime.fromisoformat(event.saved_at))
    line = f"Version : {event.version} du {saved}"
    if event.edited_at is None:
        return line
    edited = french.short_instant(datetime.fromisoformat(event.edited_at))
    return f"{line} - Edition {event.edition} du {edited}"


def filled_rows(*answers: tuple[str, str | None]) -> list[Row]:
    """Return a row for each label and its value, none where there is no value: the exam does not
    ask for it."""
    return [((Field(label, value),),) for label, value in answers if value]


def candidate_name(event: RegistrationSaved) -> str:
    """« MONSIEUR DUBOIS Pierre »"""
    identity = event.identity
    return f"{identity.civilite} {identity.nom_famille} {identity.prenoms}"


def contact_lines(contact: Contact) -> tuple[str, ...]:
    """Return the service gestionnaire's title, address, « Tél : » and « Mél : », top to bottom."""
    lines = [contact.title, *contact.lines]
    if contact.telephone:
        lines.append(f"Tél : {telephone(contact.telephone)}")
    if contact.email:
        lines.append(f"Mél : {contact.email}")
    return tuple(lines)


def telephone(number: str) -> str:
    """« 06 06 06 06 06 », « +33 6 06 06 06 06 », whatever the spaces of `number`; foreign numbers
    as they are."""
    compact = re.sub(r"\s", "", number)
    displayed = telephones.displayed(compact)
    return number if displayed == compact else displayed


def yes_no(answer: bool) -> str:
    return "OUI" if answer else "NON"
