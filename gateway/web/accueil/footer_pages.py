"""Pages of the footer: « Plan du site », « Mentions légales », « Un problème ? », « Accessibilité »; and what search
engines and browsers ask for at fixed addresses."""

from flask import Response, current_app, g, redirect
from flask.typing import ResponseReturnValue

from gateway import access, file_rules
from gateway.assets import asset_url
from gateway.layout.frame import ACCESSIBILITY
from gateway.pages import render_page, show_contact
from gateway.settings import GatewaySettings
from gateway.web.accueil import blueprint
from services.chassis.french import long_date
from services.contracts.account_rules import ACTIVATION_HOURS
from services.contracts.retention import TO_CONFIRM, retention

PRIVATE = ("/compte", "/inscription", "/documents", "/formulaires", "/justificatifs", "/session", "/gestion", "/api")


@blueprint.get("/plan-du-site", who=access.PUBLIC)
def site_map() -> ResponseReturnValue:
    return render_page("accueil/templates/plan.html", indexed=True)


@blueprint.get("/mentions-legales", who=access.PUBLIC)
def legal_notice() -> ResponseReturnValue:
    rules = retention()
    return render_page("accueil/templates/mentions.html", indexed=True, activation_hours=ACTIVATION_HOURS, rules=rules)


@blueprint.get("/registre-des-traitements", who=access.PUBLIC)
def register_of_processing() -> ResponseReturnValue:
    """What article 30 of the RGPD has written down."""
    return render_page("accueil/templates/registre.html", indexed=True, rules=retention(), to_confirm=TO_CONFIRM)


@blueprint.get("/un-probleme", who=access.PUBLIC)
def problem() -> ResponseReturnValue:
    """Usual problems and their solutions; to a candidate with the contact of their service gestionnaire."""
    show_contact()
    return render_page(
        "accueil/templates/probleme.html",
        indexed=True,
        has_contact=g.get("service_contact"),
        file_rules=file_rules,
        activation_hours=ACTIVATION_HOURS,
    )


@blueprint.get("/accessibilite", who=access.PUBLIC)
def declare_accessibility() -> ResponseReturnValue:
    """The declaration that the law requires of a public service."""
    return render_page(
        "accueil/templates/accessibilite.html",
        indexed=True,
        declared=ACCESSIBILITY,
        established=long_date(ACCESSIBILITY["established_on"]),
    )


@blueprint.get("/robots.txt", who=access.PUBLIC)
def robots() -> ResponseReturnValue:
    """Public pages may be indexed in production; a demonstration nowhere."""
    settings: GatewaySettings = current_app.extensions["portail"]
    closed = PRIVATE if settings.production else ("/",)
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/favicon.ico", who=access.PUBLIC)
def favicon() -> ResponseReturnValue:
    return redirect(asset_url("favicon/favicon.ico"))
