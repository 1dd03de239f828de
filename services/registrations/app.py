"""The web application of registrations."""

from flask import Flask

from services.chassis.web.access_tokens import KeyOf
from services.chassis.web.application import create_service
from services.chassis.web.audit_trail import audit_views
from services.contracts.api.served import REGISTRATIONS
from services.mail.mailer import MAILER, Mailer
from services.registrations import cli
from services.registrations.api import administration, candidatures, drafts, openings, staff
from services.registrations.models import AuditEntry, db
from services.registrations.queries.candidatures import numeros_candidat
from services.registrations.settings import RegistrationsSettings


def create_app(settings: RegistrationsSettings, key_of: KeyOf | None = None) -> Flask:
    """`key_of` replaces accounts' published keys in tests."""
    app = create_service(
        "registrations",
        settings,
        db,
        title="Registrations",
        sections=REGISTRATIONS,
        views=(
            openings.views,
            drafts.views,
            candidatures.views,
            staff.views,
            administration.views,
            audit_views(db, AuditEntry, numeros_candidat()),
        ),
        key_of=key_of,
    )
    app.extensions[MAILER] = Mailer.of_settings(settings)
    cli.register(app)
    return app
