"""A portal in which an exam office finds thousands of candidatures: `make exam-office`.

A few people register and deposit as candidates do; their rows are then copied in the databases of all services, under
other names, numbers, birth dates and addresses. The files of a copy are those of its example. `make run` with that
folder as VAR_DIR and with PORTAIL_NOW=2021-10-04T14:00:00+02:00 shows it.
"""

import io
import itertools
import os
import random
import re
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas
from urllib3.filepost import encode_multipart_formdata

from services.reference.text import folded
from tests.accounts.creation_form import creation_form
from tests.bench.candidate_journey import Choice, fills_the_tabs, log_in, opens_a_draft, saves, waits_for_the_documents
from tests.bench.mails import Mails
from tests.bench.visitor import Timings, UnexpectedAnswer, Visitor
from tests.journeys.gestionnaire_tool import GestionnaireTool
from tests.registrations.domain.example_dossier import ANSWERS
from tests.support.launched_portal import LaunchedPortal
from tests.support.processes import wait_until

WORKER_SECONDS = 180.0
MCO: dict[str, dict[str, Any]] = {
    "qualification": {"specialite": "31213", "forme": "globale", "derogation": "non"},
    "epreuves": {**ANSWERS["epreuves"], "position-EF4": "non_inscrit"},
}
BY_CNED: dict[str, dict[str, Any]] = {"candidature": {**ANSWERS["candidature"], "amenagement_duree": "oui"}}
_WORD = re.compile(r"\w+")
SURNAMES = _WORD.findall(
    "MARTIN BERNARD THOMAS PETIT ROBERT RICHARD DURAND MOREAU SIMON LAURENT LEFEBVRE MICHEL GARCIA DAVID BERTRAND "
    "ROUX VINCENT FOURNIER MOREL GIRARD ANDRE MERCIER DUPONT LAMBERT BONNET FRANCOIS MARTINEZ LEGRAND GARNIER FAURE "
    "ROUSSEAU BLANC GUERIN MULLER HENRY ROUSSEL NICOLAS PERRIN MORIN MATHIEU CLEMENT GAUTHIER DUMONT LOPEZ FONTAINE"
)
FIRST_NAMES = _WORD.findall("Camille Léa Manon Inès Chloé Sarah Lucas Hugo Enzo Nathan Louis Adam Noah Yanis Jules Zoé")
FIRST_NAME = "Prenomexemple"
"""Of the examples: in no other word, and without an accent, which stored JSON escapes."""
_PIECE = re.compile(r"/justificatifs/[0-9a-f]{32}/depot/([0-9a-f]{32})")
_GROUP = re.compile(r"/justificatifs/[0-9a-f]{32}/validation/[\w-]+")
_ID = re.compile(r"\b[0-9a-f]{32}\b")
_NOT_COPIED = (
    *("alembic_version", "audit_entries", "change_counter", "changes", "inbox", "known_browsers", "login_sessions"),
    *("mail_links", "mail_quotas", "outbox", "parked", "refusal_notices", "sent_mails"),
)


@dataclass(frozen=True)
class Example:
    """Who is copied: `deposits` of the pieces asked for have a file, all are validated if `hands_over`; of `decisions`
    each is a gestionnaire's. `share`: how many of a hundred copies are theirs."""

    name: str
    share: int
    deposits: int = 0
    hands_over: bool = False
    decisions: tuple[str, ...] = ()
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@exemple.fr"


EXAMPLES = (
    Example("EXEMPLEUN", 34, 6, True),
    Example("EXEMPLEDEUX", 20, 6, True, answers=MCO),
    Example("EXEMPLETROIS", 12, 2, answers=MCO),
    Example("EXEMPLEQUATRE", 10, answers=BY_CNED),
    Example("EXEMPLECINQ", 14, 6, True, ("compliant", "non_compliant", "received")),
    Example("EXEMPLESIX", 10, 6, True, ("compliant",) * 6, {**MCO, **BY_CNED}),
)


def fill(var: Path, count: int) -> None:
    portal = LaunchedPortal("exam-office", {"VAR_DIR": str(var)})
    portal.var = var
    try:
        candidatures = [_registers(portal, var, example) for example in EXAMPLES]
    finally:
        portal.stop()
    numbers = itertools.count(1)
    for example, candidature in zip(EXAMPLES, candidatures, strict=True):
        _copy(var, example, candidature, itertools.islice(numbers, count * example.share // 100))


def _registers(portal: LaunchedPortal, var: Path, example: Example) -> str:
    visitor = Visitor(portal.url, Timings())
    names = {"nom_famille": example.name, "nom_famille_confirmation": example.name, "prenoms": FIRST_NAME}
    form = creation_form(email=example.email, email_confirmation=example.email, **names)
    visitor.post("account", "/compte/creation", form)
    visitor.post("account", Mails(str(var / "mail")).link(example.email), {})
    log_in(visitor, example.email)
    draft, tab = opens_a_draft(visitor, Choice())
    candidature = saves(visitor, draft, fills_the_tabs(visitor, draft, tab, {**ANSWERS, **example.answers}))
    waits_for_the_documents(visitor, candidature)
    page = _pieces_page(visitor, candidature)
    for piece, upload in zip(dict.fromkeys(_PIECE.findall(page)), itertools.cycle(_forms()), strict=False):
        if example.deposits > len(visitor.timings.seconds.get("deposit", ())):
            visitor.send("deposit", f"/justificatifs/{candidature}/depot/{piece}", *upload)
    acted = _microseconds()
    if example.hands_over:
        for group in dict.fromkeys(_GROUP.findall(_pieces_page(visitor, candidature))):
            visitor.post("validation", group, {})
    tool = GestionnaireTool(portal)
    pieces = [code for code, piece in tool.pieces(candidature).items() if piece["deposit"]]
    for code, status in zip(pieces, example.decisions, strict=False):
        acted = _microseconds()
        tool.controls(candidature, code, status, comment="La signature manque.")
    if example.deposits:
        registrations = sqlite3.connect(var / "registrations.db")
        told = f"SELECT 1 FROM candidatures WHERE id = '{candidature}' AND pieces_number >= {acted}"
        heard = lambda: registrations.execute(told).fetchone() is not None  # noqa: E731
        wait_until(heard, WORKER_SECONDS, "what pieces told registrations last", pause=0.5)
        registrations.close()
    return candidature


def _microseconds() -> int:
    """Now, as events about pieces of a candidature are numbered."""
    return int(time.time() * 1_000_000)


def _pieces_page(visitor: Visitor, candidature: str) -> str:
    pages: list[str] = []

    def is_known() -> bool:
        try:
            pages.append(visitor.get("pieces", f"/justificatifs/{candidature}").text)
        except UnexpectedAnswer:
            return False
        return bool(_PIECE.search(pages[-1]) or _GROUP.search(pages[-1]))

    wait_until(is_known, WORKER_SECONDS, "the candidature in « Mes justificatifs »", pause=0.5)
    return pages[-1]


def _forms() -> list[tuple[bytes, str]]:
    """A PDF of two pages, and a photograph: as forms."""
    pdf, photograph = io.BytesIO(), io.BytesIO()
    canvas = Canvas(pdf)
    for page in ("Page 1", "Page 2"):
        canvas.drawString(72, 760, f"Document justificatif. {page}")
        canvas.drawString(72, 720, "Fait à Besançon, le 4 octobre 2021. Signature :")
        canvas.showPage()
    canvas.save()
    picture = Image.new("RGB", (1200, 1600), "ivory")
    ImageDraw.Draw(picture).text((200, 200), "CARTE NATIONALE D'IDENTITÉ", fill="black", font_size=48)
    picture.save(photograph, "JPEG")
    return [_form("piece.pdf", pdf.getvalue()), _form("photo.jpg", photograph.getvalue())]


def _form(name: str, content: bytes) -> tuple[bytes, str]:
    """The body of a form with the file, and its content type."""
    return encode_multipart_formdata({"fichier": (name, content)})


class _Database:
    """One service's database, with the rows of a table that hold an id."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path)
        self.connection.row_factory = sqlite3.Row
        tables = self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        self.tables = [row["name"] for row in tables if row["name"] not in _NOT_COPIED]

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self.connection.execute(f"SELECT * FROM {table}")]

    def serial_key(self, table: str) -> str | None:
        """The name of a column that the database numbers itself."""
        keys = [row for row in self.connection.execute(f"PRAGMA table_info({table})") if row["pk"]]
        return keys[0]["name"] if len(keys) == 1 and keys[0]["type"] == "INTEGER" else None

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        marks = ", ".join("?" * len(row))
        names = ", ".join(f'"{name}"' for name in row)
        self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))


Rows = list[tuple[_Database, str, dict[str, Any]]]


def _copy(var: Path, example: Example, candidature: str, numbers: Iterator[int]) -> None:
    """Insert the copies of an example with these numbers, in all databases, and link their files."""
    databases = [_Database(path) for path in sorted(var.glob("*.db")) if path.name != "broker.db"]
    rows, ids = _own_rows(databases, example, candidature)
    objects = [path for path in (var / "objects").rglob("*") if path.is_file() and ids & set(_ID.findall(str(path)))]
    numero = next(row["numero_candidat"] for _, table, row in rows if table == "candidates")
    chance = random.Random(example.name)
    for number in numbers:
        new = {id: sha256(f"{id}{number}".encode()).hexdigest()[:32] for id in ids}
        surname, first = chance.choice(SURNAMES), chance.choice(FIRST_NAMES)
        born = date(chance.randint(1998, 2003), chance.randint(1, 12), chance.randint(1, 28))
        words = {
            example.email: f"{folded(first)}.{surname.lower()}{number}@exemple.fr",
            example.name: surname,
            example.name.lower(): surname.lower(),
            FIRST_NAME: first,
            FIRST_NAME.lower(): folded(first),
            "2001-02-01": born.isoformat(),
            "01/02/2001": f"{born:%d/%m/%Y}",
            numero: f"02103{100_000 + number}",
        }
        changed = partial(_changed, new=new, words=words)
        for database, table, row in rows:
            database.insert(table, {name: changed(value) for name, value in row.items()})
        for path in objects:
            link = Path(changed(str(path)))
            link.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, link)
    for database in databases:
        database.connection.commit()
        database.connection.close()


def _changed(value: Any, new: Mapping[str, str], words: Mapping[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    value = _ID.sub(lambda id: new.get(id[0], id[0]), value)
    for word, other in words.items():
        value = value.replace(word, other)
    return value


def _own_rows(databases: list[_Database], example: Example, candidature: str) -> tuple[Rows, set[str]]:
    """The rows of an example, found by the ids that they share, without serial keys; and these ids."""
    everything = [(base, table, row) for base in databases for table in base.tables for row in base.rows(table)]
    ids_of = [set(_ID.findall(" ".join(map(str, row.values())))) for _, _, row in everything]
    ids, own_places = {candidature}, set[int]()
    while more := {place for place, held in enumerate(ids_of) if place not in own_places and ids & held}:
        own_places |= more
        keys = [everything[place][2].get(name) for place in more for name in ("id", "candidate_id", "object_key")]
        ids |= set(_ID.findall(" ".join(map(str, keys))))
    others = set[str]().union(*(held for place, held in enumerate(ids_of) if place not in own_places))
    own = set[str]().union(*(ids_of[place] for place in own_places)) - others
    rows = []
    for place in sorted(own_places):
        database, table, row = everything[place]
        serial = database.serial_key(table)
        rows.append((database, table, {name: value for name, value in row.items() if name != serial}))
    return rows, own


if __name__ == "__main__":
    fill(Path(sys.argv[1]).resolve(), int(sys.argv[2]))
