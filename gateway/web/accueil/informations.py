"""Pages of the footer: what the site holds, who runs it, what to do when stuck."""

from __future__ import annotations

from flask import g
from flask.typing import ResponseReturnValue

from gateway import entrances
from gateway.pages import page
from gateway.web.accueil import blueprint
from gateway.web.gestionnaire import show_service_gestionnaire


@blueprint.get("/plan-du-site")
@entrances.everyone
def site_map() -> ResponseReturnValue:
    return page("accueil/templates/plan.html", active="plan", indexed=True)


@blueprint.get("/mentions-legales")
@entrances.everyone
def legal_notice() -> ResponseReturnValue:
    return page("accueil/templates/mentions.html", active="mentions", indexed=True)


@blueprint.get("/un-probleme")
@entrances.everyone
def problem() -> ResponseReturnValue:
    """What usually goes wrong and how to get out of it; with the service gestionnaire's contact for its candidates."""
    show_service_gestionnaire()
    return page(
        "accueil/templates/probleme.html", active="probleme", indexed=True, has_contact=g.get("service_contact")
    )
