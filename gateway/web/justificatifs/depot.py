"""« Envoyer une pièce jointe »: files, received here whole before they are passed on; and the bin."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.clients.pieces import Piece
from gateway.pages import page
from gateway.services import services
from gateway.web.justificatifs import blueprint
from gateway.web.justificatifs.lisible import after_deposit
from gateway.web.justificatifs.liste import ACTIVE, asked_piece, list_page, token
from gateway.web.justificatifs.reception import MAX_BYTES, ReceivedFile, Refused, received_files
from gateway.web.justificatifs.sending import sent_together
from services.chassis.errors import DomainError

NO_FILE = "Choisissez un fichier à envoyer."
SESSION_ENDED = (
    "Votre session s'était terminée : votre fichier n'a pas été envoyé, car les fichiers ne sont pas conservés. "
    "Choisissez-le à nouveau."
)


@blueprint.get("/justificatifs/<candidature_id>/depot/<piece_id>")
@entrances.candidates
def ask(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    return _form(candidature_id, piece_id, said=SESSION_ENDED if request.args.get("fait") == "session" else None)


@blueprint.post("/justificatifs/<candidature_id>/depot/<piece_id>")
@entrances.candidates
def deposit(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    try:
        with received_files(request, "fichier", visitor.required().subject) as files:
            if not files:
                return _form(candidature_id, piece_id, NO_FILE, 422)
            piece = _deposited(piece_id, files)
    except Refused as refusal:
        return _form(candidature_id, piece_id, refusal.detail, refusal.status, refusal.retry_after)
    except DomainError as refusal:
        if refusal.http_status in (401, 404):
            raise
        return _form(candidature_id, piece_id, refusal.detail, refusal.http_status, refusal.extra.get("retry_after"))
    return redirect(after_deposit(candidature_id, piece, fichiers=len(files)), code=303)


@blueprint.get("/justificatifs/<candidature_id>/suppression/<piece_id>")
@entrances.candidates
def ask_deletion(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    piece = asked_piece(candidature_id, piece_id)
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


def _deposited(piece_id: str, files: Sequence[ReceivedFile]) -> Piece:
    if len(files) > 1:
        return sent_together(services().pieces, token(), piece_id, files)
    return services().pieces.deposit(token(), piece_id, files[0].name, files[0].content, files[0].length)


def _form(
    candidature_id: str,
    piece_id: str,
    detail: str | None = None,
    status: int = 200,
    retry_after: int | None = None,
    *,
    said: str | None = None,
) -> Response:
    errors = [{"field": "fichier", "detail": detail}] if detail else []
    response = page(
        "justificatifs/templates/depot.html",
        status=status,
        active=ACTIVE,
        candidature_id=candidature_id,
        piece=asked_piece(candidature_id, piece_id),
        errors=errors,
        max_bytes=MAX_BYTES,
        said=said,
    )
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response
