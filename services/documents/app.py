"""The application of documents: its web process, and the commands of operators."""

from flask import Flask

from services.chassis.tasks import audit_jobs, commands
from services.chassis.web.access_tokens import KeyOf
from services.chassis.web.application import create_service
from services.chassis.web.audit_trail import audit_views
from services.contracts.api.served import DOCUMENTS
from services.documents import dependencies
from services.documents.api import candidate, staff
from services.documents.jobs import registry
from services.documents.models import AuditEntry, audit_chain, db
from services.documents.operations.reconciliation import reconciliation
from services.documents.queries.documents import numeros_candidat
from services.documents.settings import DocumentsSettings
from services.objects import jobs as object_jobs
from services.objects.store import RootsInStore


def create_app(settings: DocumentsSettings, key_of: KeyOf | None = None) -> Flask:
    """Create the application of documents.

    `key_of` stands in for accounts' published keys in tests.
    """
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
    _add_commands(app)
    return app


def _add_commands(app: Flask) -> None:
    """Add the commands that every service has for its events, jobs and objects."""
    commands.register(app, registry)
    object_jobs.register_command(app, reconciliation)
    audit_jobs.register(
        app, registry, audit_chain, lambda: RootsInStore(dependencies.dependencies().store)
    )
