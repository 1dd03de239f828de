"""The web application of accounts, put together."""

from __future__ import annotations

from flask import Flask

from services.accounts import cli, parts
from services.accounts.api import candidates, corrections, keys, sessions, staff, visitors
from services.accounts.models import db
from services.accounts.settings import AccountsSettings
from services.accounts.staff_queries import SecondFactors
from services.chassis.web.application import create_service


def create_app(settings: AccountsSettings) -> Flask:
    """accounts verifies tokens with its own key, so it needs nobody to answer."""
    built = parts.build(settings)
    app = create_service(
        "accounts",
        settings,
        db,
        title="Comptes",
        blueprints=(keys.blp, visitors.blp, sessions.blp, candidates.blp, corrections.blp, staff.blp),
        key_of=built.signer.key_of,
        reports={"second_factors": SecondFactors().check},
    )
    parts.attach(app, built)
    cli.register(app)
    return app
