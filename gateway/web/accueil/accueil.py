"""« / »: messages and entry points for everyone; for a candidate also the menu and the remaining actions."""

from flask import request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.pages import render_page, show_contact_of_latest
from gateway.service_clients import clients
from gateway.sessions import visitor
from gateway.web import to_do
from gateway.web.accueil import blueprint

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
        visitor_unknown=candidate is None and visitor.session_cookie() is not None and not visitor.is_resolved(),
    )
