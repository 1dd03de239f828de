"""Pages of the footer: « Plan du site », « Mentions légales », « Un problème ? »."""

from __future__ import annotations

from flask import g
from flask.typing import ResponseReturnValue

from gateway import access, file_rules
from gateway.pages import render_page
from gateway.web.accueil import blueprint
from gateway.web.service_contact import show_contact
from services.contracts.account_rules import ACTIVATION_HOURS


@blueprint.get("/plan-du-site")
@access.public
def site_map() -> ResponseReturnValue:
    return render_page("accueil/templates/plan.html", active="plan", indexed=True)


@blueprint.get("/mentions-legales")
@access.public
def legal_notice() -> ResponseReturnValue:
    return render_page(
        "accueil/templates/mentions.html",
        active="mentions",
        indexed=True,
        activation_hours=ACTIVATION_HOURS,
    )


@blueprint.get("/un-probleme")
@access.public
def problem() -> ResponseReturnValue:
    """Usual problems and their solutions; to a candidate with the contact of their service gestionnaire."""
    show_contact()
    return render_page(
        "accueil/templates/probleme.html",
        active="probleme",
        indexed=True,
        has_contact=g.get("service_contact"),
        file_rules=file_rules,
        activation_hours=ACTIVATION_HOURS,
    )
