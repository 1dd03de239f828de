"""« / »: for everyone the ways in and the one-off messages; for a candidate his menu and what he has left undone."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.clients.openings import Message
from gateway.clients.page_time import optional
from gateway.pages import page
from gateway.services import services
from gateway.web import a_faire
from gateway.web.accueil import blueprint
from gateway.web.gestionnaire import show_service_of
from services.chassis.errors import DomainError

SAID = {
    "deconnexion": "Vous êtes déconnecté.",
    "suppression": "Votre compte est supprimé : vos données sont effacées.",
}
ABOUT = {
    "inscription": "Choisir un examen ou un concours et déposer une candidature.",
    "inscriptions": "Consulter, modifier ou retirer mes candidatures.",
    "documents": "Confirmation d'inscription, convocations, relevés de notes.",
    "formulaires": "Formulaires à télécharger.",
    "justificatifs": "Déposer les pièces demandées et suivre leur contrôle.",
}


@blueprint.get("/")
@entrances.everyone
def home() -> ResponseReturnValue:
    seen = visitor.if_known()
    known = a_faire.facts(seen.access_token) if seen is not None else a_faire.Facts()
    show_service_of(known.tiles or ())
    return page(
        "accueil/templates/accueil.html",
        active="accueil",
        indexed=True,
        messages=_messages(),
        items=a_faire.left_to_do(known),
        silence=a_faire.silence(known),
        nothing=a_faire.nothing_to_do(known),
        about=ABOUT,
        said=SAID.get(request.args.get("fait", "")),
        unknown=seen is None and visitor.session_cookie() is not None and not visitor.told(),
    )


def _messages() -> tuple[Message, ...]:
    """The page stays readable while registrations, which owns them, does not answer."""
    try:
        with optional():
            return services().registrations.messages()
    except DomainError:
        return ()
