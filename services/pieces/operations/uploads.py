"""Uploads of a file in parts: begun, continued where they broke off, abandoned, purged. None is a deposit yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.chassis.jobs.registry import stopping
from services.pieces.dependencies import dependencies
from services.pieces.domain import uploads as rules
from services.pieces.domain.files import clean_filename
from services.pieces.domain.refusals import too_many_deposits_per_hour
from services.pieces.models import Upload, UploadPart, db
from services.pieces.operations.deposits import refuse_closed_deposit
from services.pieces.operations.received_files import refuse_size
from services.pieces.queries.pieces import lock_candidature_of_piece, own_piece
from services.pieces.queries.uploads import Progress, list_open_uploads, list_touch_times, lock_and_read_progress

PURGE_BATCH = 20
"""Uploads deleted in one transaction; each may be as large as the largest file."""


def begin_upload(candidate_id: str, piece_id: str, filename: str, length: int, at: datetime) -> Progress:
    """Announce a file of `length` bytes; `at` is the instant that counts for the deposit period.

    Raises NotFound, DepositClosed, TooLarge, FileRefused for an empty file, TooManyDeposits beyond what one candidate
    may have on its way.
    """
    refuse_size(length)
    with db.operation() as session:
        lock_candidature_of_piece(session, piece_id)
        refuse_closed_deposit(own_piece(session, candidate_id, piece_id), at)
        _refuse_beyond_hourly_limit(session, candidate_id, dependencies().deposits_per_hour)
        _make_room(session, candidate_id, length)
        upload = Upload(
            id=new_id(),
            candidate_id=candidate_id,
            piece_id=piece_id,
            filename=clean_filename(filename),
            length=length,
            begun_at=at,
            touched_at=system_now(),
        )
        session.add(upload)
    return Progress(upload, 0)


def append_bytes(candidate_id: str, upload_id: str, offset: int, content: bytes) -> Progress:
    """Add bytes at the end of the upload, which `offset` must be.

    Raises NotFound, WrongOffset, TooLarge beyond the announced length.
    """
    with db.operation() as session:
        progress = lock_and_read_progress(session, candidate_id, upload_id)
        if offset != progress.offset:
            raise rules.wrong_offset(progress.offset)
        if offset + len(content) > progress.upload.length:
            raise rules.more_bytes_than_announced()
        if content:
            session.add(UploadPart(upload_id=upload_id, start=offset, size=len(content), content=content))
            progress.upload.touched_at = system_now()
    return Progress(progress.upload, offset + len(content))


def abandon_upload(candidate_id: str, upload_id: str) -> None:
    """Delete the bytes that came; a deposited upload stays, so that repeating its deposit works. Raises NotFound."""
    with db.operation() as session:
        upload = lock_and_read_progress(session, candidate_id, upload_id).upload
        if upload.deposit_id is None:
            _give_up(session, upload)


def purge_uploads() -> None:
    """Delete uploads, deposited ones too, that got no byte for UPLOAD_EXPIRY; in batches, so that others can write."""
    while not stopping() and _purge_batch():
        pass


def _purge_batch() -> bool:
    """Whether there was anything to delete."""
    is_expired = Upload.touched_at <= system_now() - rules.UPLOAD_EXPIRY
    with db.operation() as session:
        ids = session.scalars(select(Upload.id).where(is_expired).limit(PURGE_BATCH)).all()
        session.execute(delete(Upload).where(Upload.id.in_(ids), is_expired))
    return bool(ids)


def _refuse_beyond_hourly_limit(session: Session, candidate_id: str, deposits_per_hour: int) -> None:
    """Raises TooManyDeposits."""
    now = system_now()
    touch_times = list_touch_times(session, candidate_id, now - rules.HOUR)
    if (excess := len(touch_times) - rules.uploads_per_hour(deposits_per_hour)) >= 0:
        raise too_many_deposits_per_hour(int((touch_times[excess] + rules.HOUR - now).total_seconds()) + 1)


def _make_room(session: Session, candidate_id: str, length: int) -> None:
    """Abandon the candidate's oldest open uploads, if untouched for UPLOAD_GRACE, until one of `length` bytes fits.

    Raises TooManyDeposits.
    """
    now = system_now()
    uploads = list_open_uploads(session, candidate_id)
    while uploads and (
        len(uploads) >= rules.MAX_OPEN_UPLOADS or _total_length(uploads) + length > rules.MAX_OPEN_BYTES
    ):
        oldest = uploads.pop(0)
        seconds_to_wait = (oldest.touched_at + rules.UPLOAD_GRACE - now).total_seconds()
        if seconds_to_wait > 0:
            raise rules.too_many_open_uploads(int(seconds_to_wait) + 1)
        _give_up(session, oldest)


def _total_length(uploads: list[Upload]) -> int:
    return sum(upload.length for upload in uploads)


def _give_up(session: Session, upload: Upload) -> None:
    """The row stays: it counts among the uploads of its hour."""
    upload.given_up = True
    session.execute(delete(UploadPart).where(UploadPart.upload_id == upload.id))
