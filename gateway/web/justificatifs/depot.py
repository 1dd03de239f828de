"""« Envoyer une pièce jointe », and deletion. Files go to pieces as uploads in small parts (tus
1.0.0), which it then makes the piece's file.

The page's script sends the parts itself, so that an interrupted upload can be resumed: they are
passed on as they come. It requests problem details, by which it also notices an ended session. A
form that is posted whole, without the script, takes the same way in `deposit_files`.
"""

from collections.abc import Sequence
from functools import partial

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, ClientDisconnected

from gateway import access, file_rules
from gateway.file_uploads import VERSION, ReceivedFile, send_files, upload_id
from gateway.pages import render_page
from gateway.posted_forms import in_field, shown_on
from gateway.sessions import visitor
from gateway.web.justificatifs import blueprint
from gateway.web.justificatifs.file_reception import received_files, upload_place
from gateway.web.justificatifs.liste import after_deposit, requested_piece, show
from services.chassis.errors import DomainError, Invalid
from services.chassis.http.sessions import Answer
from services.contracts.api import pieces as api
from services.contracts.api.pieces import Piece
from services.contracts.piece_rules import MAX_MERGED_FILES

UPLOADS_PATH = "/justificatifs/<candidature_id>/envois/<piece_id>"
SENT_HEADERS = ("Upload-Length", "Upload-Metadata", "Upload-Offset")
ANSWERED_HEADERS = ("Upload-Length", "Upload-Offset")
FIELD = "fichier"
NO_FILE = "Choisissez un fichier à envoyer."
SESSION_ENDED = (
    "Votre session s'était terminée : votre fichier n'a pas été envoyé, car les fichiers ne sont "
    "pas conservés. Choisissez-le à nouveau."
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
    return render_page(
        "justificatifs/templates/suppression.html", candidature_id=candidature_id, piece=piece
    )


@blueprint.post("/justificatifs/<candidature_id>/suppression/<piece_id>", who=access.CANDIDATE)
@shown_on(lambda candidature_id, piece_id, refusal: show(candidature_id, refusal=refusal), 403, 409)
def delete(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    visitor.call(api.delete_deposit(piece_id))
    return redirect(
        url_for("justificatifs.show", candidature_id=candidature_id, fait="supprime"), code=303
    )


@blueprint.post(UPLOADS_PATH, who=access.CANDIDATE)
def start(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    begun = visitor.exchange(api.begin_upload(piece_id, headers=_sent_headers()))
    address = url_for(
        "justificatifs.append",
        candidature_id=candidature_id,
        piece_id=piece_id,
        upload_id=upload_id(begun),
    )
    return _tus_response(201, location=address)


@blueprint.route(f"{UPLOADS_PATH}/<upload_id>", methods=["HEAD"], who=access.CANDIDATE)
def state(candidature_id: str, piece_id: str, upload_id: str) -> ResponseReturnValue:
    return _tus_response(200, visitor.exchange(api.read_upload(upload_id, headers=VERSION)))


@blueprint.patch(f"{UPLOADS_PATH}/<upload_id>", who=access.CANDIDATE)
def append(candidature_id: str, piece_id: str, upload_id: str) -> ResponseReturnValue:
    try:
        with upload_place(visitor.required().subject):
            part = request.get_data(cache=False)
            sent = api.continue_upload(upload_id, headers=_sent_headers(), body=part)
            answer = visitor.exchange(sent)
    except (ClientDisconnected, OSError) as error:
        raise BadRequest() from error
    return _tus_response(204, answer)


@blueprint.delete(f"{UPLOADS_PATH}/<upload_id>", who=access.CANDIDATE)
def cancel(candidature_id: str, piece_id: str, upload_id: str) -> ResponseReturnValue:
    visitor.exchange(api.abandon_upload(upload_id, headers=VERSION))
    return _tus_response(204)


@blueprint.post(f"{UPLOADS_PATH}/depot", who=access.CANDIDATE)
def finish(candidature_id: str, piece_id: str) -> ResponseReturnValue:
    """The uploads become the piece's file; `Location` is the page to go on with."""
    uploads = request.form.getlist("envoi")
    piece = _deposited(piece_id, uploads)
    return _tus_response(
        201, location=after_deposit(candidature_id, piece, file_count=len(uploads))
    )


def deposit_files(piece_id: str, files: Sequence[ReceivedFile]) -> Piece:
    """Send files that came with one form; the piece with its one file."""
    return send_files(visitor, api.uploads, files, partial(_deposited, piece_id), target=piece_id)


def _deposited(piece_id: str, uploads: Sequence[str]) -> Piece:
    return visitor.call(api.deposit_uploads(piece_id, body={"uploads": list(uploads)}))


def _sent_headers() -> dict[str, str]:
    passed = {name: request.headers[name] for name in SENT_HEADERS if name in request.headers}
    return {**VERSION, **passed}


def _tus_response(
    status: int, answer: Answer | None = None, location: str | None = None
) -> Response:
    headers = {**VERSION, "Cache-Control": "no-store"}
    if answer:
        headers |= {
            name: answer.headers[name] for name in ANSWERED_HEADERS if name in answer.headers
        }
    if location:
        headers["Location"] = location
    return Response(status=status, headers=headers)
