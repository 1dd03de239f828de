"""Complete uploads become a deposit: a single one as it is, several merged into a PDF. Repeating it changes nothing."""

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.errors import Conflict, NotFound
from services.contracts import problem_types
from services.contracts.piece_rules import Format
from services.pieces.dependencies import dependencies
from services.pieces.domain import uploads as rules
from services.pieces.models import Upload, db
from services.pieces.operations.deposits import counting_refusals, store_deposit
from services.pieces.operations.file_acceptance import AcceptedFile, accept_file, merge_into_pdf
from services.pieces.operations.received_files import write_to_disk
from services.pieces.operations.uploads import uploads as candidates_uploads
from services.pieces.queries.pieces import PieceContext, own_piece
from services.uploads.uploads import UploadsChanged


def deposit_uploads(
    candidate_id: str, piece_id: str, upload_ids: Sequence[str], requested_at: datetime
) -> PieceContext:
    """Make the uploads' bytes the piece's current file; returns the piece as it then is.

    Raises NotFound, UploadIncomplete, Conflict, DepositClosed, TooLarge, FileRefused, FormatRefused,
    UnverifiableFile, TooManyDeposits, Unavailable; then nothing is stored and the uploads stay.
    """
    with counting_refusals(), dependencies().concurrent_deposits.place(candidate_id):
        while True:
            with db.reading() as session:
                context = own_piece(session, candidate_id, piece_id)
                uploads = [_complete_upload(session, candidate_id, piece_id, upload_id) for upload_id in upload_ids]
                if _are_deposited(session, uploads):
                    return context
            at = rules.deposit_instant([upload.begun_at for upload in uploads], requested_at)

            def assign(session: Session, deposit_id: str) -> None:
                candidates_uploads.take(session, upload_ids, deposit_id)

            with suppress(UploadsChanged), ExitStack() as files:  # then the loop reads them again
                accept = partial(_accept_uploads, candidate_id, uploads, files)
                return store_deposit(candidate_id, piece_id, accept, at, assign)


def _complete_upload(session: Session, candidate_id: str, piece_id: str, upload_id: str) -> Upload:
    """Raises NotFound, UploadIncomplete."""
    upload: Upload = candidates_uploads.complete(session, candidate_id, upload_id)
    if upload.piece_id != piece_id:
        raise NotFound("Cet envoi n'est pas celui de cette pièce.")
    return upload


def _are_deposited(session: Session, uploads: Sequence[Upload]) -> bool:
    """Whether exactly these are one deposit already. Raises Conflict where some are part of another one."""
    deposit_ids = {upload.became_id for upload in uploads}
    if deposit_ids == {None}:
        return False
    deposit_id = deposit_ids.pop()
    upload_ids = {upload.id for upload in uploads}
    of_deposit = select(Upload.id).where(Upload.became_id == deposit_id)
    if deposit_ids or deposit_id is None or set(session.scalars(of_deposit)) != upload_ids:
        detail = "Un de ces fichiers est déjà déposé avec d'autres. Envoyez-le à nouveau."
        raise Conflict(detail, problem=problem_types.UPLOAD_DEPOSITED)
    return True


def _accept_uploads(
    candidate_id: str, uploads: Sequence[Upload], files: ExitStack, accepted_formats: tuple[Format, ...]
) -> AcceptedFile:
    """The accepted file is on disk until `files` is closed."""
    if len(uploads) > 1:
        return merge_into_pdf(candidate_id, uploads, candidates_uploads.read, accepted_formats)
    file = files.enter_context(write_to_disk(candidates_uploads.read(uploads[0])))
    return accept_file(candidate_id, uploads[0].filename, file, accepted_formats)
