"""A sheet drawn by bare reportlab, to compare with: its texts, fonts, lines and tables, without HTML or CSS."""

from __future__ import annotations

import io
from functools import cache
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.fonts import addMapping
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as Grid

from services.documents.rendering.pdf_and_html import FILES, FONTS
from services.documents.rendering.sheet import Banner, Block, Field, Fields, Head, Sheet, Signature, Table

WIDTH = A4[0] - 28 * mm
INK, GREY, RULE, PALE = (HexColor(value) for value in ("#161616", "#3a3a3a", "#929292", "#eeeeee"))
_EVERYWHERE = ((0, 0), (-1, -1))


def reportlab_pdf_of(sheet: Sheet) -> bytes:
    """The PDF of a sheet made of fields, banners, tables and a signature."""
    _fonts()
    output = io.BytesIO()
    paper = SimpleDocTemplate(
        output, pagesize=A4, leftMargin=14 * mm, rightMargin=14 * mm, topMargin=12 * mm, bottomMargin=16 * mm,
        title=sheet.name, author=sheet.author, subject=sheet.head.title, lang="fr",
    )  # fmt: skip
    story: list[Any] = [_top(sheet), _addresses(sheet.head)]
    for block in sheet.blocks:
        story += _drawn(block)
    paper.build(story, canvasmaker=lambda *args, **kwargs: _Numbered(sheet, *args, **kwargs))
    return output.getvalue()


class _Numbered(Canvas):
    """Draws the foot of each page once their number is known."""

    def __init__(self, sheet: Sheet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sheet = sheet
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._foot(number, len(self._pages))
            super().showPage()
        super().save()

    def _foot(self, number: int, count: int) -> None:
        left, right, bottom = 14 * mm, A4[0] - 14 * mm, 9 * mm
        self.setStrokeColor(RULE)
        self.setLineWidth(0.4)
        self.line(left, 14 * mm, right, 14 * mm)
        self.setFont("Twin", 7)
        self.setFillColor(GREY)
        numbers = " - ".join(f"{number.label} : {number.value}" for number in self._sheet.head.numbers[:2])
        self.drawString(left, bottom, numbers)
        self.drawCentredString(A4[0] / 2, bottom, self._sheet.letterhead.notice or "")
        self.drawRightString(right, bottom, f"Page {number} / {count}")


@cache
def _fonts() -> None:
    for name, file in zip(("Twin", "Twin-Bold"), FILES, strict=True):
        pdfmetrics.registerFont(TTFont(name, FONTS / file))
    addMapping("Twin", 0, 0, "Twin")
    addMapping("Twin", 1, 0, "Twin-Bold")


@cache
def _style(size: float = 9, leading: float = 1.3, *, bold: bool = False, **given: Any) -> ParagraphStyle:
    font = "Twin-Bold" if bold else "Twin"
    values = {"textColor": INK, **given}
    return ParagraphStyle("twin", fontName=font, fontSize=size, leading=size * leading, splitLongWords=1, **values)


def _grid(cells: list[list[Any]], widths: list[float], *commands: Any, **given: Any) -> Grid:
    """`widths` are shares of the paper's width; without padding but for what `commands` add."""
    bare = [(f"{side}PADDING", *_EVERYWHERE, 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    columns = [WIDTH * width / 100 for width in widths]
    return Grid(cells, columns, style=[("VALIGN", *_EVERYWHERE, "TOP"), *bare, *commands], **given)


def _padding(top: float, right: float, bottom: float, left: float) -> list[Any]:
    sides = (("TOP", top), ("RIGHT", right), ("BOTTOM", bottom), ("LEFT", left))
    return [(f"{side}PADDING", *_EVERYWHERE, value) for side, value in sides]


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text), style)


def _lines(texts: tuple[str, ...], style: ParagraphStyle) -> Paragraph:
    return Paragraph("<br/>".join(map(escape, texts)), style)


def _field(field: Field) -> str:
    return f"{escape(field.label)} :" + (f" <b>{escape(field.value)}</b>" if field.value else "")


def _top(sheet: Sheet) -> Grid:
    head = sheet.head
    flag = _grid([[""] * 3], [5.4] * 3, *(
        ("BACKGROUND", (column, 0), (column, 0), colour)
        for column, colour in enumerate((HexColor("#000091"), white, HexColor("#e1000f")))
    ), rowHeights=[2], hAlign="LEFT")  # fmt: skip
    left = [
        flag,
        _lines(head.academie, _style(12, 1.15, bold=True)),
        _text(sheet.letterhead.authority, _style(6.5, textColor=GREY)),
    ]
    middle = [
        _text(head.title, _style(12.5, 1.2, bold=True, alignment=TA_CENTER)),
        _text(head.exam, _style(11, 1.2, bold=True, alignment=TA_CENTER)),
        _text(head.version_line or "", _style(8.5, alignment=TA_CENTER)),
    ]
    numbers = Paragraph("<br/>".join(map(_field, head.numbers)), _style(9, 1.5))
    box = _grid([[numbers]], [29], ("BOX", *_EVERYWHERE, 0.6, INK), *_padding(6, 6, 2, 6))
    return _grid([[left, middle, box]], [27, 44, 29])


def _addresses(head: Head) -> Grid:
    cells = [_lines(head.contact, _style(8)), _lines(head.addressee, _style(10, 1.35))]
    return _grid([cells], [56, 44], *_padding(12, 0, 0, 0))


def _drawn(block: Block) -> list[Any]:
    match block:
        case Fields():
            return [Spacer(0, 9), *_rows(block)]
        case Banner():
            style = _style(9.5, bold=True, alignment=TA_CENTER)
            return [Spacer(0, 9), _grid([[_text(block.text, style)]], [100], ("BOX", *_EVERYWHERE, 1, INK))]
        case Table():
            return [Spacer(0, 9), _table(block)]
        case Signature():
            cells = [[_text(box, _style(8)) for box in block.boxes]]
            widths = [100 / len(block.boxes)] * len(block.boxes)
            frame = ("GRID", *_EVERYWHERE, 0.6, INK)
            return [Spacer(0, 9), _text(block.declaration, _style()), _grid(cells, widths, frame, rowHeights=[68])]
    raise NotImplementedError(block)


def _rows(block: Fields) -> list[Grid]:
    """One grid for each run of rows with as many cells."""
    cells = [[Paragraph(" &nbsp; ".join(map(_field, cell)), _style()) for cell in row] for row in block.rows]
    edges = [0, *(at for at, (row, next_row) in enumerate(pairwise(cells), 1) if len(row) != len(next_row)), len(cells)]
    runs = [cells[start:end] for start, end in pairwise(edges)]
    return [_grid(run, [100 / len(run[0])] * len(run[0]), *_padding(2, 6, 1, 0)) for run in runs]


def _table(block: Table) -> Grid:
    caption, small = _style(8.5, bold=True), _style(7.5, textColor=GREY)
    head = [_text(block.caption, caption), *(_text(column, small) for column in block.columns[1:])]
    rows = [[_text(text, _style()) for text in row] for row in block.rows]
    lines = [
        ("BACKGROUND", (0, 0), (-1, 0), PALE),
        ("LINEABOVE", (0, 0), (-1, 0), 0.6, INK),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, RULE),
    ]
    return _grid([head, *rows], list(block.widths), *lines, *_padding(3.6, 4, 1.2, 4), repeatRows=1)
