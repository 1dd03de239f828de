"""The content of a document as plain values: a head and blocks. Templates decide only how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

AUTHORITY = "MINISTÈRE DE L'ÉDUCATION NATIONALE"


@dataclass(frozen=True)
class Letterhead:
    """What is printed on every document of the installation: the authority on top, a notice at the bottom."""

    authority: str = AUTHORITY
    notice: str | None = None
    """"Démonstration : document sans valeur" outside production."""


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
        """Consecutive rows with the same number of cells: in the PDF each run is one table, or plain lines."""
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
    """Where to date and sign: a declaration and the boxes under it."""

    declaration: str
    boxes: tuple[str, ...]
    kind: str = "signature"


Block = Fields | Banner | Table | Paragraphs | Blanks | Signature


@dataclass(frozen=True)
class Head:
    """Top of each document: académie and contact at the left, title at the centre, numbers at the right."""

    academie: tuple[str, ...]
    title: str
    exam: str
    version_line: str | None
    numbers: tuple[Field, ...]
    contact: tuple[str, ...]
    addressee: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """A whole document. `name` is its type's label, for the PDF's title and the HTML page's."""

    name: str
    letterhead: Letterhead
    head: Head
    blocks: tuple[Block, ...]
    author: str
