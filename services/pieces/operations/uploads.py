"""A candidate's uploads: begun where the piece may be deposited, within the limits of one
candidate.

Complete ones become a deposit: a single one as it is, several merged into a PDF. Repeating it
changes nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.chassis.errors import Conflict, NotFound, TooLarge
from services.clock import system_now
from services.contracts import problem_types
from services.contracts.piece_rules import MAX_FILE_BYTES, Format
from services.french import file_size
from services.pieces.dependencies import dependencies
from services.pieces.domain.files import accepted_formats, clean_filename
from services.pieces.domain.period import deposit_instant
from services.pieces.domain.refusals import FileRefused, RefusalReason
from services.pieces.models import Upload, UploadPart, db
from services.pieces.operations import deposit_limits as limits
from services.pieces.operations.deposits import (
    counting_refusals,
    refuse_closed_deposit,
    store_deposit,
)
from services.pieces.operations.file_acceptance import (
    AcceptedFile,
    accept_file,
    merge_into_pdf,
    write_to_disk,
)
from services.pieces.queries.locks import lock_candidature_of_piece
from services.pieces.queries.pieces import PieceContext, own_piece
from services.uploads.uploads import Progress, Uploads, UploadsChanged

uploads = Uploads(db, Upload, UploadPart, limits.MAX_OPEN_UPLOADS, limits.MAX_OPEN_BYTES)


def begin_upload(
    candidate_id: str, piece_id: str, filename: str, length: int, at: datetime
) -> Progress:
    """Announce a file of `length` bytes; `at` is the instant that counts for the deposit period.

    Raises NotFound, DepositClosed, TooLarge, FileRefused for an empty file, TooMany beyond what one
    candidate may have on its way.
    """
    if length > MAX_FILE_BYTES:
        raise TooLarge(
            f"Ce fichier fait {file_size(length)} : la taille ne doit pas excéder "
            f"{file_size(MAX_FILE_BYTES)}. Réduisez-le ou envoyez-en un autre."
        )
    if length == 0:
        words = "Ce fichier est vide : il ne contient aucune donnée. Vérifiez-le puis recommencez."
        raise FileRefused(RefusalReason.EMPTY, words)
    with db.operation() as transaction:
        lock_candidature_of_piece(transaction, piece_id)
        refuse_closed_deposit(own_piece(transaction, candidate_id, piece_id), at)
        _refuse_beyond_hourly_limit(transaction, candidate_id, dependencies().deposits_per_hour)
        name = clean_filename(filename)
        return uploads.begin(
            transaction, candidate_id, filename=name, length=length, at=at, piece_id=piece_id
        )


def _refuse_beyond_hourly_limit(
    transaction: Session, candidate_id: str, deposits_per_hour: int
) -> None:
    """Raises TooMany."""
    now = system_now()
    touched = select(Upload.touched_at).where(
        Upload.owner_id == candidate_id, Upload.touched_at > now - limits.HOUR
    )
    times = transaction.scalars(
        touched.order_by(Upload.touched_at)
    ).all()  # whatever became of the uploads
    if (excess := len(times) - limits.uploads_per_hour(deposits_per_hour)) >= 0:
        raise limits.too_many_within_hour(
            int((times[excess] + limits.HOUR - now).total_seconds()) + 1
        )


def deposit_uploads(
    candidate_id: str, piece_id: str, upload_ids: Sequence[str], requested_at: datetime
) -> PieceContext:
    """Make the uploads' bytes the piece's current file; returns the piece as it then is.

    Raises NotFound, UploadIncomplete, Conflict, DepositClosed, TooLarge, FileRefused,
    UnverifiableFile, TooMany, Unavailable; then nothing is stored and the uploads stay.
    """
    with counting_refusals(), dependencies().concurrent_deposits.place(candidate_id):
        while True:
            with db.reading() as transaction:
                context = own_piece(transaction, candidate_id, piece_id)
                taken = [
                    _complete_upload(transaction, candidate_id, piece_id, upload_id)
                    for upload_id in upload_ids
                ]
                if _are_deposited(transaction, taken):
                    return context
                limits.refuse_beyond_quota(
                    transaction, candidate_id, dependencies().most_retired_bytes
                )
            at = deposit_instant([upload.begun_at for upload in taken], requested_at)
            refuse_closed_deposit(context, at)
            limits.count_deposit_try(candidate_id, dependencies().deposits_per_hour)
            formats = accepted_formats(tuple(context.piece.formats))
            with (
                suppress(UploadsChanged),
                _accepted(candidate_id, taken, formats) as file,
            ):  # then it reads them again
                return store_deposit(
                    context, file, at, partial(uploads.take, upload_ids=upload_ids)
                )


def _complete_upload(
    transaction: Session, candidate_id: str, piece_id: str, upload_id: str
) -> Upload:
    """Raises NotFound, UploadIncomplete."""
    upload: Upload = uploads.complete(transaction, candidate_id, upload_id)
    if upload.piece_id != piece_id:
        raise NotFound("Cet envoi n'est pas celui de cette pièce.")
    return upload


def _are_deposited(transaction: Session, taken: Sequence[Upload]) -> bool:
    """Whether exactly these are one deposit already. Raises Conflict where some are part of another
    one."""
    deposit_ids = {upload.became_id for upload in taken}
    if deposit_ids == {None}:
        return False
    deposit_id = deposit_ids.pop()
    upload_ids = {upload.id for upload in taken}
    of_deposit = select(Upload.id).where(Upload.became_id == deposit_id)
    if deposit_ids or deposit_id is None or set(transaction.scalars(of_deposit)) != upload_ids:
        detail = "Un de ces fichiers est déjà déposé avec d'autres. Envoyez-le à nouveau."
        raise Conflict(detail, problem=problem_types.UPLOAD_DEPOSITED)
    return True


@contextmanager
def _accepted(
    candidate_id: str, taken: Sequence[Upload], formats: tuple[Format, ...]
) -> Iterator[AcceptedFile]:
    """The accepted file, which is on disk meanwhile. Raises as `accept_file` and `merge_into_pdf`
    do."""
    if len(taken) > 1:
        yield merge_into_pdf(candidate_id, taken, uploads.read, formats)
        return
    with write_to_disk(uploads.read(taken[0])) as file:
        yield accept_file(candidate_id, taken[0].filename, file, formats)
