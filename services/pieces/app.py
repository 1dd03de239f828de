"""The web process of pieces."""

from flask import Flask

from services.chassis.web.access_tokens import KeyOf
from services.chassis.web.application import create_service
from services.chassis.web.audit_trail import audit_views
from services.contracts.api.served import PIECES
from services.pieces import cli, dependencies
from services.pieces.api import candidate, files, reminders, staff
from services.pieces.models import AuditEntry, db
from services.pieces.queries.trail import numeros_candidat
from services.pieces.settings import PiecesSettings


def create_app(settings: PiecesSettings, key_of: KeyOf | None = None) -> Flask:
    """The application of pieces; `key_of` stands in for accounts' published keys in tests."""
    built = dependencies.build(settings)
    app = create_service(
        "pieces",
        settings,
        db,
        title="Pièces justificatives",
        sections=PIECES,
        views=(
            candidate.views,
            candidate.upload_api,
            files.views,
            staff.views,
            reminders.views,
            audit_views(db, AuditEntry, numeros_candidat()),
        ),
        key_of=key_of,
        reports={"objects": built.store.check, "antivirus": built.antivirus.check},
    )
    dependencies.attach(app, built)
    cli.register(app)
    return app
