"""The web application of accounts."""

from flask import Flask

from services.accounts import cli, dependencies
from services.accounts.api import candidates, own_account, own_staff_account, sessions, staff, visitors
from services.accounts.models import AuditEntry, db
from services.accounts.settings import AccountsSettings
from services.chassis.web.application import create_service
from services.chassis.web.audit_trail import audit_views
from services.contracts import page_labels
from services.contracts.api import audit, candidate_accounts, team
from services.contracts.api import erasure as erasure_api
from services.contracts.api import own_account as own_account_api
from services.contracts.api import own_staff_account as own_staff_account_api
from services.contracts.api import passkeys as passkeys_api
from services.contracts.api import sessions as sessions_api
from services.contracts.api import sign_in as sign_in_api
from services.contracts.api import visitors as visitors_api
from services.contracts.api.mails import list_mails_of_accounts
from services.contracts.api.operation import Section, sections_of

SECTIONS = (
    *sections_of(sessions_api, sign_in_api, visitors_api, own_account_api, erasure_api, candidate_accounts, team),
    *sections_of(own_staff_account_api, passkeys_api, audit),
    Section(page_labels.MESSAGES, (list_mails_of_accounts,)),
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
