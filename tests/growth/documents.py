"""documents beside whose example many others have a candidature, its saved version and two documents."""

import itertools
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.documents.domain.recipients import Publisher
from services.documents.jobs import registry
from services.documents.models import (
    AuditEntry,
    Candidature,
    Document,
    Import,
    ImportDocument,
    ImportRefusal,
    SavedVersion,
    db,
)
from services.documents.operations.publishing import publish
from tests.documents.example_events import CANDIDATURE, saved, withdrawn
from tests.documents.imports.exam_office import CELLS, ExamOffice, csv_of, line
from tests.documents.service import Service
from tests.growth.full_service import NUMERO, Actions, FullService, expect_answer, journal, short_texts
from tests.support.database_filling import analyse, fast_filling, identifier, insert_copies
from tests.support.service_worker import stored
from tests.support.tokens import bearer, service_token, staff_token

OWN_NUMERO = saved().numero_candidat
OWN_LINE = f"{OWN_NUMERO};{CELLS['convocation']}"


def full_documents(database_url: str, objects_url: str, peer_url: str, rows: int) -> FullService:
    service = Service(database_url, objects_url, peer_url)
    service.receive_and_create_documents(saved())
    office = ExamOffice(service)
    office.checked(csv_of([OWN_LINE, line(9_999)]))
    with service.app.app_context():
        _fill(rows)
    reads, writes = _reads(service, office), _writes(service, office)
    return FullService(service.app, db, reads, writes, registry)


def _fill(rows: int) -> None:
    id = identifier(db)
    with fast_filling(db) as session:
        insert_copies(session, Candidature.__table__, rows=rows, id=id, candidate_id=id, numero_candidat=NUMERO)
        insert_copies(session, SavedVersion.__table__, rows=rows, candidature_id=id, **short_texts("payload"))
        made = session.execute(text("SELECT id FROM documents ORDER BY type")).scalars().all()
        for place, document_id in enumerate(made):
            document = f"substr({id}, 1, 31) || '{place}'"
            keys: dict[str, Any] = {"pdf_key": f"{document} || '.pdf'", "html_key": f"{document} || '.html'"}
            own: dict[str, Any] = {"id": document, "code": f"substr({id}, 1, 8) || '{place:04}'", "candidature_id": id}
            own |= keys
            insert_copies(session, Document.__table__, rows=rows, example=f"id = '{document_id}'", **own)
        _fill_imports(session, rows, id)
    analyse(db)


def _fill_imports(session: Session, rows: int, id: str) -> None:
    """Others of the same académie, each of a document; and one of ten thousand documents."""
    own: dict[str, Any] = {"import_id": id}
    insert_copies(session, Import.__table__, rows=rows, id=id)
    insert_copies(session, ImportDocument.__table__, rows=rows, **own, id=id, candidature_id=id)
    insert_copies(session, ImportRefusal.__table__, rows=rows, **own)
    insert_copies(session, AuditEntry.__table__, rows=2 * rows, example="action = 'import.checked'", subject=id)


def _reads(service: Service, office: ExamOffice) -> Actions:
    document_id = service.documents()[0]["id"]
    reader = bearer(staff_token("reader", scopes=["candidatures:read"], academies=["03"]))
    with service.app.app_context():
        code = db.session.scalar(select(Document.code).where(Document.id == document_id))
    verified = {"json": {"code": code, "source": "192.0.2.1"}, "headers": bearer(service_token("gateway"))}
    return {
        "« Vérifier un document »": lambda: expect_answer(service.web.post("/v1/verifications", **verified)),
        "« Mes documents »": lambda: expect_answer(service.get("/candidatures")),
        "documents of a candidature": service.documents,
        "« Historique »": lambda: expect_answer(service.get(f"/candidatures/{CANDIDATURE}/history")),
        "what is to read": lambda: expect_answer(service.get("/documents/to-read")),
        "a document": lambda: expect_answer(service.get(f"/documents/{document_id}/html")),
        "a confirmation": lambda: expect_answer(service.get(f"/candidatures/{CANDIDATURE}/confirmation")),
        "staff: documents of a candidature": lambda: expect_answer(
            service.web.get(f"/v1/staff/candidatures/{CANDIDATURE}/documents", headers=reader)
        ),
        "the journal of a N° candidat": lambda: journal(service.app, f"?everybody=true&numero_candidat={OWN_NUMERO}"),
        **_reads_of_imports(office),
    }


def _reads_of_imports(office: ExamOffice) -> Actions:
    own = office.create()
    assert office.send(own, csv_of([OWN_LINE])).status_code == 200

    def read(path: str) -> object:
        return expect_answer(office.call("GET", path))

    return {
        "staff: what may be chosen for an import": lambda: read("/import-form"),
        "staff: imports": lambda: read("/imports"),
        "staff: imports of an académie": lambda: read("/imports?academie=03"),
        "staff: an import": lambda: read(f"/imports/{own}"),
        "staff: what is not published of it": lambda: read(f"/imports/{own}/refusals"),
        "staff: its documents": lambda: read(f"/imports/{own}/documents"),
        "staff: a document of it": lambda: expect_answer(
            office.call("POST", f"/imports/{own}/documents/search", json={"numero_candidat": OWN_NUMERO})
        ),
    }


def _writes(service: Service, office: ExamOffice) -> Actions:
    versions = iter(range(2, 1_000_000))
    ids = stored(service.app, select(Candidature.id).where(Candidature.id != CANDIDATURE).limit(4000))
    leaving, others = itertools.cycle(ids[::2]), itertools.cycle(ids[1::2])

    def hears() -> None:
        service.receive(saved(version=next(versions)))

    def hears_the_end() -> None:
        service.receive(withdrawn(candidature_id=next(leaving)))

    return {
        "a version comes": hears,
        "a withdrawal comes": hears_the_end,
        # Before the orders: whoever publishes the CSV has to do what waits of these first.
        "staff: a CSV is checked, published and withdrawn": lambda: _import(office),
        "a document is ordered for one": lambda: _order(service, (CANDIDATURE,)),
        "a document is ordered for a hundred": lambda: _order(service, tuple(itertools.islice(others, 100))),
    }


def _order(service: Service, candidatures: tuple[str, ...]) -> None:
    text = {"type": "convocation", "title": "Convocation", "paragraphs": ["Présentez-vous."], "pdf": None}
    publish(service.dependencies, Publisher("agent", None), {**text, "candidatures": candidatures})


def _import(office: ExamOffice) -> None:
    checked = office.checked(csv_of([OWN_LINE, line(9_999)]))
    assert (checked["ready"], checked["refused"]) == (1, 1)
    expect_answer(office.publish(checked), 202)
    office.work()
    assert office.read(checked["id"])["published"] == 1
    withdrawal = office.call("POST", f"/imports/{checked['id']}/withdrawal", json={"reason": "Changement de centre"})
    expect_answer(withdrawal)
