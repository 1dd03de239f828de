"""The web process of documents."""

from __future__ import annotations

from flask import Flask

from services.chassis.web.access_tokens import KeyOf
from services.chassis.web.application import create_service
from services.chassis.web.audit_trail import audit_views
from services.contracts.api import audit, staff_documents, staff_imports
from services.contracts.api import documents as candidate_api
from services.documents import cli, dependencies
from services.documents.api import candidate, imports, staff
from services.documents.models import AuditEntry, db
from services.documents.settings import DocumentsSettings

SECTIONS = (candidate_api.SECTION, *staff_documents.SECTIONS, staff_imports.SECTION, audit.SECTION)


def create_app(settings: DocumentsSettings, key_of: KeyOf | None = None) -> Flask:
    """The application of documents; `key_of` stands in for accounts' published keys in tests."""
    built = dependencies.build(settings)
    app = create_service(
        "documents",
        settings,
        db,
        title="Documents des candidats",
        sections=SECTIONS,
        views=(candidate.views, staff.views, imports.views, audit_views(db, AuditEntry)),
        key_of=key_of,
        reports={"objects": built.store.check},
    )
    dependencies.attach(app, built)
    cli.register(app)
    return app
