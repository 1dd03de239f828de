"""« Envoyer une pièce jointe »: deposit by a plain form (by the script: uploads.py); and deletion."""

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import access, file_rules
from gateway.pages import render_page
from gateway.posted_forms import in_field, shown_here
from gateway.sessions import visitor
from gateway.web.justificatifs import blueprint
from gateway.web.justificatifs.file_reception import received_files
from gateway.web.justificatifs.lisible import after_deposit
from gateway.web.justificatifs.liste import requested_piece, show
from gateway.web.justificatifs.uploads import deposit_files
from services.chassis.errors import DomainError, Invalid
from services.contracts.api import pieces as api
from services.contracts.piece_rules import MAX_MERGED_FILES

FIELD = "fichier"
NO_FILE = "Choisissez un fichier à envoyer."
SESSION_ENDED = (
    "Votre session s'était terminée : votre fichier n'a pas été envoyé, car les fichiers ne sont pas conservés. "
    "Choisissez-le à nouveau."
)


@blueprint.get("/justificatifs/<candidature_id>/depot/<piece_id>", who=access.CANDIDATE)
def ask(candidature_id: str, piece_id: str, refusal: DomainError | None = None) -> Response:
    return render_page(
        "justificatifs/templates/depot.html",
        refusal=refusal,
        candidature_id=candidature_id,
        piece=requested_piece(candidature_id, piece_id),
        file_rules=file_rules,
        max_files=MAX_MERGED_FILES,
        notice=SESSION_ENDED if not refusal and request.args.get("fait") == "session" else None,
    )


@blueprint.post("/justificatifs/<candidature_id>/depot/<piece_id>", who=access.CANDIDATE)
def deposit(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    try:
        with received_files(FIELD, visitor.required().subject) as files:
            if not files:
                raise Invalid(NO_FILE)
            piece = deposit_files(piece_id, files)
    except DomainError as refusal:
        if refusal.http_status in (401, 404):
            raise
        return ask(candidature_id, piece_id, in_field(refusal, FIELD))
    return redirect(after_deposit(candidature_id, piece, file_count=len(files)), code=303)


@blueprint.get("/justificatifs/<candidature_id>/suppression/<piece_id>", who=access.CANDIDATE)
def ask_deletion(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    piece = requested_piece(candidature_id, piece_id)
    return render_page("justificatifs/templates/suppression.html", candidature_id=candidature_id, piece=piece)


@blueprint.post("/justificatifs/<candidature_id>/suppression/<piece_id>", who=access.CANDIDATE)
def delete(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    try:
        visitor.call(api.delete_deposit, piece_id=piece_id)
    except DomainError as refusal:
        return show(candidature_id, refusal=shown_here(refusal, (403, 409)))
    return redirect(url_for("justificatifs.show", candidature_id=candidature_id, fait="supprime"), code=303)
