"""documents beside whose example many others have a candidature, its saved version and two
documents."""

import itertools

from sqlalchemy import select, text

from services.contracts.api.staff_documents import Order
from services.documents import models
from services.documents.domain.recipients import Publisher
from services.documents.jobs import registry
from services.documents.models import db
from services.documents.operations.publishing import publish
from tests.documents.example_events import CANDIDATURE, saved, withdrawn
from tests.documents.imports.exam_office import CELLS, ExamOffice, csv_of, line
from tests.documents.service import Service
from tests.growth.filled import ID, NUMERO, SHORT, Actions, FullService, answered, filling, journal
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
    reads = _reads(service, office)
    writes = _writes(service, office)
    return FullService(service.app, db, reads, writes, registry)


def _fill(rows: int) -> None:
    """Imports: others of the same académie, each of a document; and one of ten thousand
    documents."""
    with filling(db) as (session, insert):
        insert(models.Candidature, rows, id=ID, candidate_id=ID, numero_candidat=NUMERO)
        insert(models.SavedVersion, rows, candidature_id=ID, payload=SHORT)
        made = session.execute(text("SELECT id FROM documents ORDER BY type")).scalars().all()
        for place, document_id in enumerate(made):
            document = f"substr({ID}, 1, 31) || '{place}'"
            keys = {"pdf_key": f"{document} || '.pdf'", "html_key": f"{document} || '.html'"}
            own = {
                "id": document,
                "code": f"substr({ID}, 1, 8) || '{place:04}'",
                "candidature_id": ID,
                **keys,
            }
            insert(models.Document, rows, example=f"id = '{document_id}'", **own)
        insert(models.Import, rows, id=ID)
        insert(models.ImportDocument, rows, id=ID, import_id=ID, candidature_id=ID)
        insert(models.ImportRefusal, rows, import_id=ID)
        insert(models.AuditEntry, 2 * rows, example="action = 'import.checked'", subject=ID)


def _reads(service: Service, office: ExamOffice) -> Actions:
    document_id = service.documents()[0]["id"]
    reader = bearer(staff_token("reader", scopes=["candidatures:read"], academies=["03"]))
    with service.app.app_context():
        code = db.session.scalar(
            select(models.Document.code).where(models.Document.id == document_id)
        )
    verified = {
        "json": {"code": code, "source": "192.0.2.1"},
        "headers": bearer(service_token("gateway")),
    }
    return {
        "« Vérifier un document »": lambda: answered(
            service.web.post("/v1/verifications", **verified)
        ),
        "« Mes documents »": lambda: answered(service.get("/candidatures")),
        "documents of a candidature": service.documents,
        "« Historique »": lambda: answered(service.get(f"/candidatures/{CANDIDATURE}/history")),
        "what is to read": lambda: answered(service.get("/documents/to-read")),
        "a document": lambda: answered(service.get(f"/documents/{document_id}/html")),
        "a confirmation": lambda: answered(
            service.get(f"/candidatures/{CANDIDATURE}/confirmation")
        ),
        "staff: documents of a candidature": lambda: answered(
            service.web.get(f"/v1/staff/candidatures/{CANDIDATURE}/documents", headers=reader)
        ),
        "the journal of a N° candidat": lambda: journal(
            service.app, f"?everybody=true&numero_candidat={OWN_NUMERO}"
        ),
        **_reads_of_imports(office),
    }


def _reads_of_imports(office: ExamOffice) -> Actions:
    own = office.create()
    assert office.send(own, csv_of([OWN_LINE])).status_code == 200

    def read(path: str) -> object:
        return answered(office.call("GET", path))

    return {
        "staff: what may be chosen for an import": lambda: read("/import-form"),
        "staff: imports": lambda: read("/imports"),
        "staff: imports of an académie": lambda: read("/imports?academie=03"),
        "staff: an import": lambda: read(f"/imports/{own}"),
        "staff: what is not published of it": lambda: read(f"/imports/{own}/refusals"),
        "staff: its documents": lambda: read(f"/imports/{own}/documents"),
        "staff: a document of it": lambda: answered(
            office.call(
                "POST", f"/imports/{own}/documents/search", json={"numero_candidat": OWN_NUMERO}
            )
        ),
    }


def _writes(service: Service, office: ExamOffice) -> Actions:
    versions = iter(range(2, 1_000_000))
    ids = stored(
        service.app,
        select(models.Candidature.id).where(models.Candidature.id != CANDIDATURE).limit(4000),
    )
    leaving = itertools.cycle(ids[::2])
    others = itertools.cycle(ids[1::2])
    return {
        "a version comes": lambda: service.receive(saved(version=next(versions))),
        "a withdrawal comes": lambda: service.receive(withdrawn(candidature_id=next(leaving))),
        # Before the orders: whoever publishes the CSV has to do what waits of these first.
        "staff: a CSV is checked, published and withdrawn": lambda: _import(office),
        "a document is ordered for one": lambda: _order(service, (CANDIDATURE,)),
        "a document is ordered for a hundred": lambda: _order(
            service, tuple(itertools.islice(others, 100))
        ),
    }


def _order(service: Service, candidatures: tuple[str, ...]) -> None:
    order = Order(
        type="convocation",
        title="Convocation",
        paragraphs=["Présentez-vous."],
        candidatures=list(candidatures),
        pdf=None,
    )
    publish(service.dependencies, Publisher("agent", None), order)


def _import(office: ExamOffice) -> None:
    checked = office.checked(csv_of([OWN_LINE, line(9_999)]))
    assert (checked["ready"], checked["refused"]) == (1, 1)
    answered(office.publish(checked), 202)
    office.work()
    assert office.read(checked["id"])["published"] == 1
    reason = {"reason": "Changement de centre"}
    answered(office.call("POST", f"/imports/{checked['id']}/withdrawal", json=reason))
