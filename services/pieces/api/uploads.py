"""A candidate's uploads, and their deposit."""

from typing import Any

from services.chassis.web import access
from services.chassis.web.gateway_headers import received_at
from services.contracts.api import pieces as api
from services.pieces.operations import uploads
from services.pieces.queries import answers
from services.uploads.uploads import Progress
from services.uploads.views import upload_views


def _begin(piece_id: str, filename: str, length: int) -> Progress:
    return uploads.begin_upload(access.caller().id, piece_id, filename, length, received_at())


views = upload_views(api.uploads, uploads.uploads, _begin)


@views.serves(api.deposit_uploads)
def deposit_uploads(body: dict[str, Any], piece_id: str) -> api.Piece:
    at = received_at()
    context = uploads.deposit_uploads(access.caller().id, piece_id, body["uploads"], at)
    return answers.candidate_piece(context, at)
