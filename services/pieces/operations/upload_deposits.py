"""Complete uploads become a deposit: a single one as it is, several merged into a PDF. Repeating it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from functools import partial

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.errors import NotFound
from services.pieces.dependencies import dependencies
from services.pieces.domain import uploads as rules
from services.pieces.domain.files import Format
from services.pieces.models import Upload, UploadPart, db
from services.pieces.operations.deposits import counting_refusals, store_deposit
from services.pieces.operations.file_acceptance import AcceptedFile, accept_file, merge_into_pdf
from services.pieces.operations.received_files import write_to_disk
from services.pieces.queries.pieces import PieceContext, own_piece
from services.pieces.queries.uploads import read_progress, upload_bytes, upload_ids_of_deposit


class _UploadsChanged(Exception):
    """Another request has deposited the uploads meanwhile, or some of them are gone."""


def deposit_uploads(
    candidate_id: str, piece_id: str, upload_ids: Sequence[str], requested_at: datetime
) -> PieceContext:
    """Make the uploads' bytes the piece's current file; returns the piece as it then is.

    Raises NotFound, UploadIncomplete, UploadDeposited, DepositClosed, TooLarge, FileRefused, FormatRefused,
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
            assign = partial(_assign_to_deposit, upload_ids)
            with suppress(_UploadsChanged), ExitStack() as files:  # then the loop reads them again
                accept = partial(_accept_uploads, candidate_id, uploads, files)
                return store_deposit(candidate_id, piece_id, accept, at, assign)


def _complete_upload(session: Session, candidate_id: str, piece_id: str, upload_id: str) -> Upload:
    """Raises NotFound, UploadIncomplete."""
    progress = read_progress(session, candidate_id, upload_id)
    if progress.upload.piece_id != piece_id:
        raise NotFound("Cet envoi n'est pas celui de cette pièce.")
    if not progress.is_complete:
        raise rules.upload_incomplete(upload_id, progress.offset)
    return progress.upload


def _are_deposited(session: Session, uploads: Sequence[Upload]) -> bool:
    """Whether exactly these are one deposit already. Raises UploadDeposited where some are part of another one."""
    deposit_ids = {upload.deposit_id for upload in uploads}
    if deposit_ids == {None}:
        return False
    deposit_id = deposit_ids.pop()
    upload_ids = {upload.id for upload in uploads}
    if deposit_ids or deposit_id is None or upload_ids_of_deposit(session, deposit_id) != upload_ids:
        raise rules.UploadDeposited("Un de ces fichiers est déjà déposé avec d'autres. Envoyez-le à nouveau.")
    return True


def _accept_uploads(
    candidate_id: str, uploads: Sequence[Upload], files: ExitStack, accepted_formats: tuple[Format, ...]
) -> AcceptedFile:
    """The accepted file is on disk until `files` is closed."""
    if len(uploads) > 1:
        return merge_into_pdf(candidate_id, uploads, _read_upload, accepted_formats)
    file = files.enter_context(write_to_disk(_read_upload(uploads[0])))
    return accept_file(candidate_id, uploads[0].filename, file, accepted_formats)


def _read_upload(upload: Upload) -> Iterator[bytes]:
    """Raises UploadIncomplete where the database has lost parts since they were counted (their table is UNLOGGED)."""
    size = 0
    with db.reading() as session:
        for part in upload_bytes(session, upload.id):
            size += len(part)
            yield part
    if size != upload.length:
        raise rules.upload_incomplete(upload.id, size)


def _assign_to_deposit(upload_ids: Sequence[str], session: Session, deposit_id: str) -> None:
    """In the deposit's transaction: note in the uploads which deposit they became, and delete their bytes.

    Raises _UploadsChanged.
    """
    undeposited = select(Upload).where(
        Upload.id.in_(upload_ids), Upload.deposit_id.is_(None), Upload.given_up.is_(False)
    )
    rows = session.scalars(undeposited.order_by(Upload.id).with_for_update()).all()
    if len(rows) != len(upload_ids):
        raise _UploadsChanged
    for row in rows:
        row.deposit_id, row.touched_at = deposit_id, system_now()
    session.execute(delete(UploadPart).where(UploadPart.upload_id.in_(upload_ids)))
