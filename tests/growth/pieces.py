"""pieces beside whose example many others have a candidature, six pieces, three files and what was
said of them."""

import base64
import dataclasses
import itertools
import json
from functools import partial
from typing import Any

from sqlalchemy import select, text

from services.contracts.session_options import SessionOptions
from services.pieces.jobs import registry
from services.pieces.models import (
    AuditEntry,
    Candidature,
    Change,
    Control,
    Deposit,
    Piece,
    Validation,
    db,
)
from services.pieces.operations.change_numbering import number_all_changes
from services.pieces.queries.changes import Place
from tests.documents.example_events import CANDIDATE, CANDIDATURE
from tests.growth.filled import (
    FAMILY,
    ID,
    NUMERO,
    Actions,
    FullService,
    answered,
    filling,
    journal,
)
from tests.pieces.example_events import OTHER, registration_saved, window_changed
from tests.pieces.pieces_service import PiecesService

DEPOSITED = ("NATIDE06", "CINSIG03", "BTSETAS4")
MIDDLE = (
    base64.urlsafe_b64encode(json.dumps(["8" + "0" * 31, ""]).encode()).decode().rstrip("=")
)  # of a list
MIDDLE_OF_OPENING = base64.urlsafe_b64encode(
    json.dumps(["BTS", "2022", "06", "8" + "0" * 31]).encode()
).decode()
SETTLED = "05"  # every file of this académie has been controlled
REMINDED = "07"
ACADEMIES = ("03", "06", SETTLED, *(f"{code:02}" for code in range(7, 27)))
"""23 of them, a prime number: each has its share of what is told apart by `i % 10` and `i %
200`."""
THIS_YEAR = 10_000  # candidatures: what waits does not grow with the years

WAITING = "status=none&deposited=true"
"""The filters of what nobody has controlled yet."""
SEARCHES = (
    ("a N° candidat", "numero_candidat=02103000001", None),
    ("a N° candidat nobody has", "numero_candidat=02999999999", ("03",)),
    ("a candidature", f"candidature={CANDIDATURE}", ("03",)),
    ("an académie", "academie=03", ("03",)),
    ("an académie, further down", f"academie=03&cursor={MIDDLE}", ("03",)),
    ("work queue", f"academie=06&session=2022&{WAITING}", ("06",)),
    ("a candidate's pieces", f"candidate={CANDIDATE}", ("03",)),
    ("what was sent again", f"academie=06&{WAITING}&sent_again=true", ("06",)),
    (
        "what was sent again, where much waits",
        f"academie=08&{WAITING}&sent_again=true&limit=30",
        ("08",),
    ),
    ("empty work queue", f"academie={SETTLED}&{WAITING}", (SETTLED,)),
    ("empty queue of what is validated", "status=none&validated=true", ("30",)),
    ("work queue of nobody's académie", "academie=31&session=2022&status=none", ("31",)),
    ("a status that few have", "academie=03&status=non_compliant", ("03",)),
    ("a status everywhere", "status=received", None),
    ("work queue of all", WAITING, None),
    ("work queue of all, further down", f"{WAITING}&cursor={MIDDLE}", None),
)
"""What staff look for among pieces, the query, and the académies of who looks (None: all)."""
COUNTS = (
    ("what waits in an académie", "/control-queue", ("06",)),
    ("who lacks pieces in an académie", "/missing-pieces", ("06",)),
    (
        "who lacks pieces of a regroupement",
        "/missing-pieces?exam=BTS&session=2022&regroupement=NATIONALITE&limit=50",
        ("03",),
    ),
    (
        "who of those found lacks pieces",
        f"/missing-pieces?candidature=unknown,{CANDIDATURE}",
        ("03",),
    ),
    ("who lacks pieces, further down", f"/missing-pieces?cursor={MIDDLE_OF_OPENING}", ("03",)),
    ("one's own decisions", "/own-controls", ("03",)),
    ("how many lack pieces", "/missing-pieces/counts", ("03",)),
    ("how many lack pieces everywhere", "/missing-pieces/counts", None),
)
"""What else staff read of pieces: the path, and the académies of who reads."""


BESIDE = (
    ("the work queue of all", WAITING, None),
    ("the work queue of an académie", f"academie=06&{WAITING}", ("03", "06")),
    ("the list of an académie", "academie=06", ("03", "06")),
    ("the list of a code", "code=NATIDE06&status=compliant", ("03", "06")),
    ("a queue that a code empties", f"code=ABSENTE&{WAITING}", None),
)
"""The lists in which a piece is shown with its neighbours and its place, and the académies of who
looks."""


def full_pieces(database_url: str, objects_url: str, rows: int) -> FullService:
    portal = PiecesService(database_url, objects_url).registered()
    for academie in ACADEMIES:  # of which one reminds its candidates, on this day by its last rung
        days = (26,) if academie == REMINDED else ()
        window = window_changed(1, academie=academie)
        portal.handle_events(
            dataclasses.replace(window, options=SessionOptions(reminder_days=days))
        )
    for code in DEPOSITED:
        assert portal.deposit(code).status_code in (200, 201)
    portal.validate("NATIONALITE")
    assert portal.control("NATIDE06", "compliant").status_code == 200
    with portal.app.app_context():
        number_all_changes()
        _fill(rows)
    reads = _reads(portal)
    writes = _writes(portal)
    return FullService(portal.app, db, reads, writes, registry, close=portal.close)


def _fill(rows: int) -> None:
    """Of one file in ten of this year's nobody has said anything yet, one piece in 200 is « Reçue
    », with a file or on paper; but in the académie that has settled all."""
    cases = " ".join(f"WHEN {place} THEN '{code}'" for place, code in enumerate(ACADEMIES))
    academie = f"CASE i % {len(ACADEMIES)} {cases} END"
    settled = f"({academie}) = '{SETTLED}'"
    received = "i % 200 = 1 THEN 'received'"
    waits = f"i % 10 = 0 AND i <= {THIS_YEAR}"
    of_file = (
        f"CASE WHEN {settled} THEN 'compliant' WHEN {waits} THEN NULL WHEN {received} ELSE "
        "'compliant' END"
    )
    of_paper = f"CASE WHEN {settled} THEN NULL WHEN {received} END"
    with filling(db) as (session, insert):
        tile = {"academie_code": academie, "numero_candidat": NUMERO, "nom": f"upper({FAMILY})"}
        insert(Candidature, rows, id=ID, candidate_id=ID, **tile)
        codes = session.execute(text("SELECT code, id FROM pieces ORDER BY position")).all()
        for place, (code, piece_id) in enumerate(codes):
            piece = f"substr({ID}, 1, 30) || '{place:02}'"
            queue = {
                "academie_code": academie,
                "deposited": "TRUE" if code in DEPOSITED else "FALSE",
            }
            own = {
                "id": piece,
                "candidature_id": ID,
                "status": of_file if code in DEPOSITED else of_paper,
                **queue,
            }
            insert(Piece, rows, example=f"id = '{piece_id}'", **own)
            if code in DEPOSITED:
                key = f"'pieces/' || {ID} || '{place:02}'"
                file = {"id": piece, "piece_id": piece, "object_key": key, "scan": "'clean'"}
                insert(Deposit, rows, example=f"piece_id = '{piece_id}'", **file)
                insert(Control, rows, piece_id=piece, deposit_id=piece)
        piece = f"substr({ID}, 1, 30) || '01'"
        insert(Validation, rows, id=ID, piece_id=piece, deposit_id=piece)
        insert(AuditEntry, 3 * rows, subject=ID)
        numbers = {"id": "1000 + i", "position": "1000 + i"}
        insert(Change, 5 * rows, academie_code=academie, candidature_id=ID, **numbers)
        session.execute(text(f"UPDATE change_counter SET last = {1000 + 5 * rows}"))


def _changes(portal: PiecesService, *academies: str) -> object:
    """From the middle of the feed on."""
    with portal.app.app_context(), db.reading() as transaction:
        middle = transaction.execute(text("SELECT last / 2 FROM change_counter")).scalar_one()
        numbered_at = transaction.scalars(
            select(Change.numbered_at).where(Change.position == middle)
        ).one()
    cursor = Place(middle, numbered_at).cursor
    return answered(portal.staff("GET", f"/changes?after={cursor}", academies=academies or None))


def _reads(portal: PiecesService) -> Actions:
    pieces = f"/candidatures/{CANDIDATURE}/pieces"
    return {
        "« Mes justificatifs »": lambda: answered(portal.call("GET", "/candidatures")),
        "pieces of a candidature": lambda: answered(portal.call("GET", pieces)),
        "« Historique »": lambda: answered(
            portal.call("GET", f"/candidatures/{CANDIDATURE}/history")
        ),
        "what is left to do": lambda: answered(portal.call("GET", "/left")),
        **_staff_reads(portal),
        "the journal of a N° candidat": lambda: journal(
            portal.app, "?everybody=true&numero_candidat=02103000001"
        ),
        "staff: changes of an académie": lambda: _changes(portal, "06"),
        "staff: changes of several": lambda: _changes(portal, "03", "06", SETTLED),
        "staff: changes of an académie without any": lambda: _changes(portal, "31"),
        "staff: changes everywhere": lambda: _changes(portal),
    }


def _staff_reads(portal: PiecesService) -> Actions:
    def read(path: str, academies: tuple[str, ...] | None) -> object:
        return answered(portal.staff("GET", path, academies=academies))

    piece_id = portal.piece("NATIDE06")["id"]
    queue = f"academie=06&{WAITING}"
    beside = f"/pieces/{piece_id}?neighbours=true"
    asked = (
        ("one", f"/pieces/{piece_id}", ("03",)),
        ("the piece that follows", f"/pieces?{queue}&limit=1&after={piece_id}", ("03", "06")),
        *COUNTS,
        *((words, f"/pieces?{query}", whose) for words, query, whose in SEARCHES),
        *((f"a piece in {words}", f"{beside}&{query}", whose) for words, query, whose in BESIDE),
    )
    return {f"staff: {words}": partial(read, path, whose) for words, path, whose in asked}


def _writes(portal: PiecesService) -> Actions:
    newcomers = itertools.count(1_000)
    versions = itertools.count(2)
    held: dict[str, Any] = {}

    def hears() -> None:
        held["id"] = f"cafe{next(newcomers):028}"
        portal.handle_events(registration_saved(candidature_id=held["id"], candidate_id=OTHER))

    def hears_again() -> None:
        portal.handle_events(
            registration_saved(
                candidature_id=held["id"], candidate_id=OTHER, version=next(versions)
            )
        )

    def remind_all() -> None:
        answer = portal.staff(
            "POST", "/reminders/whole-list", json={"academie": "06"}, academies=("06",)
        )
        answered(answer, 204)
        portal.run_follow_ups()

    return {
        "a candidature comes": hears,
        "a new version of it comes": hears_again,
        "a file is deposited": lambda: portal.deposit("BTSETAS4"),
        "a file is controlled": lambda: answered(portal.control("CINSIG03", "received")),
        "an académie is reminded by hand": remind_all,
    }
