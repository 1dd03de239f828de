"""The least that a journey could cost: as many bare pages, papers and hashes, measured on the same
machine and day."""

import io
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from statistics import mean, median
from typing import Any
from xml.sax.saxutils import escape

from argon2 import PasswordHasher
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate
from reportlab.platypus import Table as Grid

from services.accounts.settings import AccountsSettings
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.sheet import (
    Banner,
    Field,
    Fields,
    Letterhead,
    Sheet,
    Signature,
    Table,
)
from tests.bench.candidate_journey import REQUESTS
from tests.bench.installation import processor_seconds
from tests.bench.visitor import Timings, Visitor
from tests.chassis.served_module import served
from tests.documents.example_events import saved

_STYLE = ParagraphStyle("plain", fontSize=9, leading=12)


def drawn_confirmation() -> bytes:
    sheet = confirmation(saved(), Letterhead())
    output = io.BytesIO()
    SimpleDocTemplate(output, pagesize=A4).build(list(_flowables(sheet)))
    return output.getvalue()


def _flowables(sheet: Sheet) -> Iterator[Flowable]:
    head = sheet.head
    yield _grid(
        [
            [*head.academie, sheet.letterhead.authority],
            [head.title, head.exam],
            map(_shown, head.numbers),
        ]
    )
    yield _grid([[*head.contact], [*head.addressee]])
    for block in sheet.blocks:
        match block:
            case Fields():
                yield from (
                    _grid([[" ".join(map(_shown, cell)) for cell in row]]) for row in block.rows
                )
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


PAPERS = 3
"""Of a journey: « Visualiser/Imprimer », and the two in « Mes documents »."""
HASHES = 2
"""Of a journey: the account's, and the log-in's."""
ROUNDS = 5
PAGES_ASKED = 300
PAPERS_DRAWN = 12
HASHES_MADE = 12


@dataclass(frozen=True)
class Floor:
    """Processor seconds of one page behind one hop, of one paper drawn by bare reportlab and of one
    hash."""

    page: float
    paper: float
    hash: float

    @property
    def journey(self) -> float:
        return REQUESTS * self.page + PAPERS * self.paper + HASHES * self.hash


def measured() -> Floor:
    hasher = PasswordHasher(
        time_cost=AccountsSettings.argon2_passes,
        memory_cost=AccountsSettings.argon2_memory_kib,
        parallelism=1,
    )
    paper = processor_of(drawn_confirmation, PAPERS_DRAWN)
    return Floor(_page(), paper, processor_of(lambda: hasher.hash("Bouleau/2021"), HASHES_MADE))


def processor_of(act: Callable[[], Any], times: int) -> float:
    """Processor seconds of this process for one time; the first, which loads and compiles, is not
    counted."""
    act()
    taken = []
    for _ in range(times):
        before = time.process_time()
        act()
        taken.append(time.process_time() - before)
    return mean(taken)


def _page() -> float:
    """Two bare servers, one before the other."""
    module = "tests.bench.bare_server"
    with served(module, "page") as page, served(module, "front", f"127.0.0.1:{page.port}") as front:
        pids = (page.daemon.pid, front.daemon.pid)
        visitor = Visitor(front.url, Timings())
        visitor.get("page", "/")
        taken = []
        for _ in range(ROUNDS):
            before = sum(map(processor_seconds, pids))
            for _ in range(PAGES_ASKED):
                visitor.get("page", "/")
            taken.append((sum(map(processor_seconds, pids)) - before) / PAGES_ASKED)
        visitor.close()
        return median(taken)
