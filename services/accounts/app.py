"""The web application of accounts."""

from __future__ import annotations

from flask import Flask

from services.accounts import cli, dependencies
from services.accounts.api import (
    candidates,
    keys,
    mails,
    own_account,
    own_staff_account,
    sessions,
    staff,
    staff_invitations,
    visitors,
)
from services.accounts.models import AuditEntry, db
from services.accounts.queries.second_factors import SecondFactorsCheck
from services.accounts.settings import AccountsSettings
from services.chassis.web.application import create_service
from services.chassis.web.audit_trail import audit_views
from services.contracts.api import audit
from services.contracts.api.mails import list_mails_of_accounts
from services.contracts.api.operation import Section

SECTIONS = (Section("Mes messages", (list_mails_of_accounts,)), audit.SECTION)


def create_app(settings: AccountsSettings) -> Flask:
    """Tokens are verified with the service's own keys, without a call of another process."""
    built = dependencies.build(settings)
    app = create_service(
        "accounts",
        settings,
        db,
        title="Comptes",
        sections=SECTIONS,
        views=(mails.views, audit_views(db, AuditEntry)),
        blueprints=(
            keys.blp,
            visitors.blp,
            sessions.blp,
            own_account.blp,
            candidates.blp,
            staff.blp,
            own_staff_account.blp,
            staff_invitations.blp,
        ),
        key_of=built.signer.key_of,
        reports={"second_factors": SecondFactorsCheck().problem},
    )
    dependencies.attach(app, built)
    cli.register(app)
    return app
