"""The web process of documents."""

from flask import Flask

from services.chassis.web.access_tokens import KeyOf
from services.chassis.web.application import create_service
from services.chassis.web.audit_trail import audit_views
from services.contracts.api.served import DOCUMENTS
from services.documents import cli, dependencies
from services.documents.api import candidate, staff
from services.documents.models import AuditEntry, db
from services.documents.queries.documents import numeros_candidat
from services.documents.settings import DocumentsSettings


def create_app(settings: DocumentsSettings, key_of: KeyOf | None = None) -> Flask:
    """The application of documents; `key_of` stands in for accounts' published keys in tests."""
    built = dependencies.build(settings)
    app = create_service(
        "documents",
        settings,
        db,
        title="Documents des candidats",
        sections=DOCUMENTS,
        views=(
            candidate.views,
            candidate.papers,
            staff.documents_views,
            staff.views,
            staff.uploads,
            audit_views(db, AuditEntry, numeros_candidat()),
        ),
        key_of=key_of,
        reports={"objects": built.store.check},
    )
    dependencies.attach(app, built)
    cli.register(app)
    return app
