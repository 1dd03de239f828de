"""The home page, « Ouverture des services » (guide §2), « Vérifier un document », the pages that
the footer leads to; and what search engines and browsers ask for at fixed addresses."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, g, redirect, request
from flask.typing import ResponseReturnValue

from gateway import access, file_rules
from gateway.assets import asset_url
from gateway.clients.base import optional_answer, visitor_source
from gateway.layout.frame import ACCESSIBILITY
from gateway.pages import render_page, show_contact, show_contact_of_latest
from gateway.posted_forms import posted_text, shown_on
from gateway.service_clients import clients
from gateway.sessions import visitor
from gateway.settings import GatewaySettings
from gateway.web import to_do
from services.contracts.account_rules import ACTIVATION_HOURS
from services.contracts.api import verification as api
from services.contracts.page_labels import VERIFICATION_PATH
from services.contracts.retention import TO_CONFIRM, retention
from services.french import long_date

blueprint = access.Pages("accueil", __name__)

STEPS = ("domaine", "exam", "session", "academie")
PRIVATE = (
    "/compte",
    "/inscription",
    "/documents",
    "/formulaires",
    "/justificatifs",
    "/session",
    "/gestion",
    "/api",
)
NOTICES = {
    "deconnexion": "Vous êtes déconnecté.",
    "suppression": "Votre compte est supprimé : vos données sont effacées.",
}
MENU_DESCRIPTIONS = {
    "inscription": "Choisir un examen ou un concours et déposer une candidature.",
    "inscriptions": "Consulter, modifier ou retirer mes candidatures.",
    "documents": "Confirmation d'inscription, convocations, relevés de notes.",
    "formulaires": "Formulaires à télécharger.",
    "justificatifs": "Déposer les pièces demandées et suivre leur contrôle.",
}


@blueprint.get("/", who=access.PUBLIC)
def home() -> ResponseReturnValue:
    candidate = visitor.current_if_accounts_answers()
    facts = to_do.read_facts() if candidate is not None else to_do.CandidateFacts()
    show_contact_of_latest(facts.tiles or ())
    return render_page(
        "accueil/templates/accueil.html",
        indexed=True,
        messages=optional_answer(clients().openings.messages, []),
        items=to_do.to_do_items(facts),
        missing_information=to_do.missing_information(facts),
        nothing_to_do=to_do.nothing_to_do_sentence(facts),
        ecartee=to_do.ecartee_sentence(facts),
        descriptions=MENU_DESCRIPTIONS,
        notice=NOTICES.get(request.args.get("fait", "")),
        visitor_unknown=candidate is None
        and visitor.session_cookie() is not None
        and not visitor.is_resolved(),
    )


@blueprint.get("/ouverture-des-services", who=access.PUBLIC)
def openings() -> ResponseReturnValue:
    """Choices are in the query string: they are no personal data, and a link or a reload keeps
    them."""
    chosen = chosen_steps(request.args)
    if "revenir" in request.args:
        return redirect(f"{request.path}?{urlencode(chosen)}")
    choices = clients().openings.choices(chosen)
    return render_page(
        "accueil/templates/ouvertures.html", indexed=not chosen, choices=choices, chosen=chosen
    )


def chosen_steps(args: Mapping[str, str]) -> dict[str, str]:
    """The choices made so far, by step, up to the first that is missing or that « revenir » takes
    back."""
    chosen: dict[str, str] = {}
    for step in STEPS:
        if not args.get(step) or args.get("revenir") == step:
            break
        chosen[step] = args[step]
    return chosen


@blueprint.get(VERIFICATION_PATH, who=access.PUBLIC)
def verification(code: str = "", **shown: Any) -> ResponseReturnValue:
    answer = render_page("accueil/templates/verification.html", active="", code=code, **shown)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@blueprint.post(VERIFICATION_PATH, who=access.PUBLIC)
def verify() -> ResponseReturnValue:
    return verified(code=posted_text("code"))


@blueprint.get(f"{VERIFICATION_PATH}/<code>", who=access.PUBLIC)
@shown_on(verification, 422, 429, 503)
def verified(code: str) -> ResponseReturnValue:
    """The address is on the paper, in its QR. It names nobody, and is passed on to no other
    site."""
    verdict = clients().call(api.verify(body={"code": code[:64], "source": visitor_source()}))
    return verification(verdict=verdict)


@blueprint.get("/.well-known/paper-keys.json", who=access.PUBLIC)
def paper_keys() -> ResponseReturnValue:
    """Kept by who is to verify without a network; the page's script asks for them too."""
    return {"keys": clients().call(api.read_paper_keys()).keys}, {
        "Cache-Control": "public, max-age=300"
    }


@blueprint.get("/plan-du-site", who=access.PUBLIC)
def site_map() -> ResponseReturnValue:
    return render_page("accueil/templates/plan.html", indexed=True)


@blueprint.get("/mentions-legales", who=access.PUBLIC)
def legal_notice() -> ResponseReturnValue:
    rules = retention()
    return render_page(
        "accueil/templates/mentions.html",
        indexed=True,
        activation_hours=ACTIVATION_HOURS,
        rules=rules,
    )


@blueprint.get("/registre-des-traitements", who=access.PUBLIC)
def register_of_processing() -> ResponseReturnValue:
    """What article 30 of the RGPD has written down."""
    return render_page(
        "accueil/templates/registre.html", indexed=True, rules=retention(), to_confirm=TO_CONFIRM
    )


@blueprint.get("/un-probleme", who=access.PUBLIC)
def problem() -> ResponseReturnValue:
    """Usual problems and their solutions; to a candidate with the contact of their service
    gestionnaire."""
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
