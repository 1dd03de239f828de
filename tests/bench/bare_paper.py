"""The texts of a « Confirmation » drawn by bare reportlab, in plain tables: the least that a paper could cost."""

import io
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate
from reportlab.platypus import Table as Grid

from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.sheet import Banner, Field, Fields, Letterhead, Sheet, Signature, Table
from tests.documents.example_events import saved

_STYLE = ParagraphStyle("plain", fontSize=9, leading=12)


def drawn_confirmation() -> bytes:
    sheet, output = confirmation(saved(), Letterhead()), io.BytesIO()
    SimpleDocTemplate(output, pagesize=A4).build(list(_flowables(sheet)))
    return output.getvalue()


def _flowables(sheet: Sheet) -> Iterator[Flowable]:
    head = sheet.head
    yield _grid([[*head.academie, sheet.letterhead.authority], [head.title, head.exam], map(_shown, head.numbers)])
    yield _grid([[*head.contact], [*head.addressee]])
    for block in sheet.blocks:
        match block:
            case Fields():
                yield from (_grid([[" ".join(map(_shown, cell)) for cell in row]]) for row in block.rows)
            case Banner():
                yield _grid([[block.text]])
            case Table():
                yield _grid([(block.caption, *block.columns[1:]), *block.rows])
            case Signature():
                yield _grid([[block.declaration], block.boxes])
            case _:
                raise NotImplementedError(block)


def _grid(rows: Iterable[Iterable[str]]) -> Grid:
    return Grid([[Paragraph(escape(text), _STYLE) for text in row] for row in rows])


def _shown(field: Field) -> str:
    return f"{field.label} : {field.value}"
