"""« Envoyer une pièce jointe »: one file, received here whole before it is passed on; and the bin."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.clients.pieces import Piece
from gateway.pages import page
from gateway.services import services
from gateway.web.justificatifs import blueprint
from gateway.web.justificatifs.liste import ACTIVE, list_page, token
from gateway.web.justificatifs.reception import Refused, received_file
from services.chassis.errors import DomainError, NotFound

MAX_BYTES = 5 * 1024 * 1024
NO_FILE = "Choisissez un fichier à envoyer."


@blueprint.get("/justificatifs/<candidature_id>/depot/<piece_id>")
@entrances.candidates
def ask(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    return _form(candidature_id, piece_id)


@blueprint.post("/justificatifs/<candidature_id>/depot/<piece_id>")
@entrances.candidates
def deposit(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    try:
        with received_file(request, "fichier", visitor.required().subject) as file:
            if file is None or not file.name:
                return _form(candidature_id, piece_id, NO_FILE, 422)
            services().pieces.deposit(token(), piece_id, file.name, file.content, file.length)
    except Refused as refusal:
        return _form(candidature_id, piece_id, refusal.detail, refusal.status, refusal.retry_after)
    except DomainError as refusal:
        if refusal.http_status in (401, 404):
            raise
        return _form(candidature_id, piece_id, refusal.detail, refusal.http_status, refusal.extra.get("retry_after"))
    return redirect(url_for("justificatifs.show", candidature_id=candidature_id, fait="depose"), code=303)


@blueprint.get("/justificatifs/<candidature_id>/suppression/<piece_id>")
@entrances.candidates
def ask_deletion(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    piece = _piece(candidature_id, piece_id)
    return page("justificatifs/templates/suppression.html", active=ACTIVE, candidature_id=candidature_id, piece=piece)


@blueprint.post("/justificatifs/<candidature_id>/suppression/<piece_id>")
@entrances.candidates
def delete(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    try:
        services().pieces.delete(token(), piece_id)
    except DomainError as refusal:
        if refusal.http_status not in (403, 409):
            raise
        return list_page(candidature_id, refusal=refusal)
    return redirect(url_for("justificatifs.show", candidature_id=candidature_id, fait="supprime"), code=303)


def _form(
    candidature_id: str, piece_id: str, detail: str | None = None, status: int = 200, retry_after: int | None = None
) -> Response:
    errors = [{"field": "fichier", "detail": detail}] if detail else []
    response = page(
        "justificatifs/templates/depot.html",
        status=status,
        active=ACTIVE,
        candidature_id=candidature_id,
        piece=_piece(candidature_id, piece_id),
        errors=errors,
        max_bytes=MAX_BYTES,
    )
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _piece(candidature_id: str, piece_id: str) -> Piece:
    piece = services().pieces.asked(token(), candidature_id).piece(piece_id)
    if piece is None:
        raise NotFound()
    return piece
