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
from services.contracts.api import audit, candidate_accounts, team
from services.contracts.api.own_account import SECTIONS as OWN_ACCOUNT
from services.contracts.api.own_staff_account import SECTIONS as OWN_STAFF_ACCOUNT
from services.contracts.api.sessions import SECTIONS as SESSIONS
from services.contracts.api.visitors import SECTION as VISITORS

SECTIONS = (
    *SESSIONS,
    VISITORS,
    *OWN_ACCOUNT,
    candidate_accounts.SECTION,
    team.SECTION,
    *OWN_STAFF_ACCOUNT,
    audit.SECTION,
)


def create_app(settings: AccountsSettings) -> Flask:
    """Tokens are verified with the service's own keys, without a call of another process."""
    built = dependencies.build(settings)
    app = create_service(
        "accounts",
        settings,
        db,
        title="Comptes",
        sections=SECTIONS,
        views=(
            keys.views,
            visitors.views,
            sessions.views,
            own_account.views,
            mails.views,
            candidates.views,
            staff.views,
            own_staff_account.views,
            staff_invitations.views,
            audit_views(db, AuditEntry),
        ),
        key_of=built.signer.key_of,
        reports={"second_factors": SecondFactorsCheck().problem},
    )
    dependencies.attach(app, built)
    cli.register(app)
    return app
