"""What candidates do with their own pieces, uploads and their deposit among it; those of others
raise NotFound."""

from services.chassis.web import access
from services.chassis.web.gateway_headers import received_at
from services.chassis.web.operations import Views
from services.contracts.api import pieces as api
from services.contracts.api.history import History, read_history
from services.contracts.api.uploads import Uploads
from services.pieces.dependencies import dependencies
from services.pieces.domain.candidate_sentences import quota_sentence
from services.pieces.models import db
from services.pieces.operations import deposits, uploads
from services.pieces.queries import candidate_answers as answers
from services.pieces.queries import pieces
from services.pieces.queries.history import history
from services.pieces.queries.kept_files import retired_bytes
from services.uploads.uploads import Progress
from services.uploads.views import upload_views

views = Views("justificatifs", __name__)


@views.serves(read_history)
def read_own_history(candidature_id: str) -> History:
    with db.reading() as transaction:
        return history(transaction, access.caller().id, candidature_id)


@views.serves(api.list_candidatures)
def list_candidatures() -> api.Candidatures:
    with db.reading() as transaction:
        rows = pieces.candidatures_of(transaction, access.caller().id)
    return api.Candidatures(candidatures=tuple(answers.tile_of(row) for row in rows))


@views.serves(api.list_pieces_to_do)
def list_pieces_to_do() -> api.PiecesToDoOfAll:
    with db.reading() as transaction:
        candidatures = pieces.candidatures_of(transaction, access.caller().id)
        contexts = pieces.pieces_of_candidate(transaction, access.caller().id)
        return answers.pieces_to_do_of_all(candidatures, contexts, received_at())


@views.serves(api.list_pieces)
def list_pieces(candidature_id: str) -> api.RequestedPieces:
    return _requested_pieces(candidature_id)


@views.serves(api.delete_deposit)
def delete_deposit(piece_id: str) -> None:
    deposits.delete_deposit(access.caller().id, piece_id, received_at())


@views.serves(api.validate_group)
def validate_group(candidature_id: str, code: str) -> api.RequestedPieces:
    deposits.validate_group(access.caller().id, candidature_id, code, received_at())
    return _requested_pieces(candidature_id)


def _requested_pieces(candidature_id: str) -> api.RequestedPieces:
    with db.reading() as transaction:
        candidature, contexts = pieces.own_candidature_with_pieces(
            transaction, access.caller().id, candidature_id
        )
        retired = retired_bytes(transaction, access.caller().id)
        quota = quota_sentence(retired, dependencies().most_retired_bytes)
        return answers.requested_pieces(candidature, contexts, received_at(), quota_sentence=quota)


def _begin_upload(piece_id: str, filename: str, length: int) -> Progress:
    return uploads.begin_upload(access.caller().id, piece_id, filename, length, received_at())


upload_api = upload_views(api.uploads, uploads.uploads, _begin_upload)


@upload_api.serves(api.deposit_uploads)
def deposit_uploads(piece_id: str, body: Uploads) -> api.Piece:
    at = received_at()
    context = uploads.deposit_uploads(access.caller().id, piece_id, body.uploads, at)
    return answers.candidate_piece(context, at)
