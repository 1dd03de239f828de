"""The pieces asked for by candidature, and « J'ai fourni toutes mes pièces »."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.clients.files import passed_on
from gateway.clients.pieces import Piece
from gateway.pages import page
from gateway.services import services
from gateway.web.justificatifs import blueprint
from services.chassis.errors import DomainError, NotFound

ACTIVE = "justificatifs"
DONE = {
    "depose": "Votre fichier est déposé.",
    "supprime": "Le fichier est supprimé.",
    "valide": "Vos pièces sont validées : elles vont être étudiées.",
}


@blueprint.get("/justificatifs")
@entrances.candidates
def choose() -> ResponseReturnValue:
    candidatures = services().pieces.candidatures(token())
    return page("justificatifs/templates/mes_justificatifs.html", active=ACTIVE, candidatures=candidatures)


@blueprint.get("/justificatifs/<candidature_id>")
@entrances.candidates
def show(candidature_id: str) -> ResponseReturnValue:
    return list_page(candidature_id, done=DONE.get(request.args.get("fait", "")))


@blueprint.get("/justificatifs/fichier/<piece_id>")
@entrances.candidates
def file(piece_id: str) -> ResponseReturnValue:
    return passed_on(services().pieces.file(token(), piece_id))


@blueprint.get("/justificatifs/<candidature_id>/validation/<group>")
@entrances.candidates
def ask_validation(candidature_id: str, group: str) -> ResponseReturnValue:
    asked = services().pieces.asked(token(), candidature_id)
    found = asked.group(group)
    if found is None:
        raise NotFound()
    return page(
        "justificatifs/templates/validation.html",
        active=ACTIVE,
        candidature_id=candidature_id,
        group=found,
        warning=asked.warning,
    )


@blueprint.post("/justificatifs/<candidature_id>/validation/<group>")
@entrances.candidates
def validate(candidature_id: str, group: str) -> ResponseReturnValue:
    try:
        services().pieces.validate(token(), candidature_id, group)
    except DomainError as refusal:
        if refusal.http_status not in (403, 409, 422):
            raise
        return list_page(candidature_id, refusal=refusal)
    return redirect(url_for("justificatifs.show", candidature_id=candidature_id, fait="valide"), code=303)


def asked_piece(candidature_id: str, piece_id: str) -> Piece:
    piece = services().pieces.asked(token(), candidature_id).piece(piece_id)
    if piece is None:
        raise NotFound()
    return piece


def list_page(
    candidature_id: str, *, done: str | None = None, refusal: DomainError | None = None
) -> ResponseReturnValue:
    return page(
        "justificatifs/templates/justificatifs.html",
        status=refusal.http_status if refusal else 200,
        active=ACTIVE,
        candidature_id=candidature_id,
        asked=services().pieces.asked(token(), candidature_id),
        done=done,
        refusal=refusal,
    )


def token() -> str:
    return visitor.required().access_token
