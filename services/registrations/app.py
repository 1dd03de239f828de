"""The web application of registrations."""

from flask import Flask

from services.chassis.web.access_tokens import KeyOf
from services.chassis.web.application import create_service
from services.chassis.web.audit_trail import audit_views
from services.contracts import page_labels
from services.contracts.api import administration as administration_api
from services.contracts.api import audit, history, personal_data, registrations, staff_candidatures
from services.contracts.api import drafts as drafts_api
from services.contracts.api import openings as openings_api
from services.contracts.api import retention as retention_api
from services.contracts.api.mails import list_mails_of_registrations
from services.contracts.api.operation import Section, sections_of
from services.mail.mailer import MAILER, Mailer
from services.registrations import cli
from services.registrations.api import administration, candidatures, drafts, openings, processes, staff
from services.registrations.models import AuditEntry, db
from services.registrations.queries.candidatures import numeros_candidat
from services.registrations.settings import RegistrationsSettings

SECTIONS = (
    *sections_of(
        openings_api, drafts_api, registrations, staff_candidatures, administration_api, retention_api, audit, history
    ),
    Section(page_labels.MESSAGES, (list_mails_of_registrations,)),
    Section(personal_data.TITLE, (personal_data.read_part,)),
)


def create_app(settings: RegistrationsSettings, key_of: KeyOf | None = None) -> Flask:
    """`key_of` replaces accounts' published keys in tests."""
    app = create_service(
        "registrations",
        settings,
        db,
        title="Registrations",
        sections=SECTIONS,
        views=(
            openings.views,
            drafts.views,
            candidatures.views,
            processes.views,
            staff.views,
            administration.views,
            audit_views(db, AuditEntry, numeros_candidat()),
        ),
        key_of=key_of,
    )
    app.extensions[MAILER] = Mailer.of_settings(settings)
    cli.register(app)
    return app
