"""documents beside whose example many others have a candidature, its saved version and two documents."""

from __future__ import annotations

import itertools
from typing import Any

from sqlalchemy import select, text

from services.documents.domain.document_types import DocumentType
from services.documents.jobs import jobs
from services.documents.models import Candidature, Document, SavedVersion, db, event_tables
from services.documents.operations.publishing import Order, publish
from tests.documents.example_events import CANDIDATURE, saved, withdrawn
from tests.documents.service import Service
from tests.growth.full_service import (
    Actions,
    FullService,
    Weight,
    event_actions,
    expect_answer,
    fill_events,
    jobs_of,
    update_statistics,
)
from tests.support.database_filling import fast_filling, identifier, insert_copies


def full_documents(database_url: str, objects_url: str, peer_url: str, rows: int, weight: Weight) -> FullService:
    service = Service(database_url, objects_url, peer_url)
    service.receive_and_create_documents(saved())
    with service.app.app_context():
        _fill(rows, weight)
    return FullService("documents", service.app, db, rows, _reads(service), _writes(service), _jobs())


def _fill(rows: int, weight: Weight) -> None:
    id = identifier(db)
    with fast_filling(db) as session:
        insert_copies(session, Candidature.__table__, rows=rows, id=id, candidate_id=id)
        insert_copies(session, SavedVersion.__table__, rows=rows, candidature_id=id, **weight("payload"))
        made = session.execute(text("SELECT id FROM documents ORDER BY type")).scalars().all()
        for place, document_id in enumerate(made):
            document = f"substr({id}, 1, 31) || '{place}'"
            keys: dict[str, Any] = {"pdf_key": f"{document} || '.pdf'", "html_key": f"{document} || '.html'"}
            own: dict[str, Any] = {"id": document, "candidature_id": id, **keys}
            insert_copies(session, Document.__table__, rows=rows, example=f"id = '{document_id}'", **own)
    fill_events(db, event_tables, rows, weight)
    update_statistics(db)


def _reads(service: Service) -> Actions:
    document_id = service.documents()[0]["id"]
    return {
        "« Mes documents »": lambda: expect_answer(service.get("/candidatures")),
        "documents of a candidature": service.documents,
        "what is to read": lambda: expect_answer(service.get("/documents/to-read")),
        "a document": lambda: expect_answer(service.get(f"/documents/{document_id}/html")),
        "a confirmation": lambda: expect_answer(service.get(f"/candidatures/{CANDIDATURE}/confirmation")),
    }


def _writes(service: Service) -> Actions:
    versions = iter(range(2, 1_000_000))
    with service.app.app_context(), db.reading() as session:
        ids = session.scalars(select(Candidature.id).where(Candidature.id != CANDIDATURE).limit(4000)).all()
    leaving, others = itertools.cycle(ids[::2]), itertools.cycle(ids[1::2])

    def hears() -> None:
        service.receive(saved(version=next(versions)))

    def hears_the_end() -> None:
        service.receive(withdrawn(candidature_id=next(leaving)))

    return {
        "a version comes": hears,
        "a withdrawal comes": hears_the_end,
        "a document is ordered for one": lambda: _order(service, (CANDIDATURE,)),
        "a document is ordered for a hundred": lambda: _order(service, tuple(itertools.islice(others, 100))),
        **event_actions(db),
    }


def _order(service: Service, candidatures: tuple[str, ...]) -> None:
    order = Order(DocumentType.CONVOCATION, "Convocation", ("Présentez-vous.",), candidatures)
    publish(service.dependencies, "agent", None, order)


def _jobs() -> Actions:
    """Those that deal with objects are measured by themselves: the store holds only the example's."""
    return {name: run for name, run in jobs_of(jobs).items() if name not in ("reconcile", "erase-retired")}
