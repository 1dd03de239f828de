"""The web application of accounts."""

from flask import Flask

from services.accounts import cli, dependencies
from services.accounts.api import (
    candidates,
    own_account,
    own_staff_account,
    sessions,
    staff,
    visitors,
)
from services.accounts.models import AuditEntry, db
from services.accounts.settings import AccountsSettings
from services.chassis.web.application import create_service
from services.chassis.web.audit_trail import audit_views
from services.contracts.api.served import ACCOUNTS


def create_app(settings: AccountsSettings) -> Flask:
    """Tokens are verified with the service's own keys, without a call of another process."""
    built = dependencies.build(settings)
    app = create_service(
        "accounts",
        settings,
        db,
        title="Comptes",
        sections=ACCOUNTS,
        views=(
            sessions.views,
            visitors.views,
            own_account.views,
            candidates.views,
            staff.views,
            own_staff_account.views,
            audit_views(db, AuditEntry),
        ),
        key_of=built.signer.key_of,
        reports={"objects": built.store.check},
    )
    dependencies.attach(app, built)
    cli.register(app)
    return app
