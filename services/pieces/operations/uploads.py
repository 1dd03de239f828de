"""A file comes in parts: begun, added to, given up. What broke goes on where it is; nothing of it is a deposit yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.database.transactions import new_id
from services.chassis.jobs.registry import stopping
from services.pieces.domain import refusals
from services.pieces.domain import uploads as rules
from services.pieces.domain.filenames import cleaned
from services.pieces.models import Upload, UploadPart, db
from services.pieces.operations.deposits import refuse_if_closed
from services.pieces.queries.dossiers import lock, own_dossier
from services.pieces.queries.uploads import Progress, locked_progress, open_uploads, touched_since

PURGED_AT_ONCE = 20
"""Uploads forgotten in one transaction: they may be as large as a file may be."""


def begin(candidate_id: str, piece_id: str, filename: str, length: int, at: datetime) -> Progress:
    """Announce a file. `at` counts for the period. Raises NotFound, DepositClosed, TooLarge, FileRefused for an empty
    file, TooManyDeposits beyond what one candidate may have on its way."""
    if length > refusals.LIMIT:
        raise refusals.too_large(length)
    if length == 0:
        raise refusals.empty()
    with db.operation() as session:
        lock(session, piece_id)
        refuse_if_closed(own_dossier(session, candidate_id, piece_id), at)
        _refuse_flood(session, candidate_id)
        _make_room(session, candidate_id, length)
        upload = Upload(
            id=new_id(),
            candidate_id=candidate_id,
            piece_id=piece_id,
            filename=cleaned(filename),
            length=length,
            begun_at=at,
            touched_at=system_now(),
        )
        session.add(upload)
    return Progress(upload, 0)


def append(candidate_id: str, upload_id: str, offset: int, content: bytes) -> Progress:
    """Add bytes at the end, where `offset` must be. Raises NotFound, WrongOffset, TooLarge beyond the length."""
    with db.operation() as session:
        known = locked_progress(session, candidate_id, upload_id)
        if offset != known.offset:
            raise rules.wrong_offset(known.offset)
        if offset + len(content) > known.upload.length:
            raise rules.beyond_the_end()
        if content:
            session.add(UploadPart(upload_id=upload_id, start=offset, size=len(content), content=content))
            known.upload.touched_at = system_now()
    return Progress(known.upload, offset + len(content))


def abandon(candidate_id: str, upload_id: str) -> None:
    """Forget the bytes that came. One that is deposited stays, to say so. Raises NotFound."""
    with db.operation() as session:
        upload = locked_progress(session, candidate_id, upload_id).upload
        if upload.deposit_id is None:
            _give_up(session, upload)


def purge_uploads() -> None:
    """Forget those that got no byte for EXPIRY, deposited ones too; others write in between."""
    while not stopping() and _purge_some():
        pass


def _purge_some() -> bool:
    is_old = Upload.touched_at <= system_now() - rules.EXPIRY
    with db.operation() as session:
        ids = session.scalars(select(Upload.id).where(is_old).limit(PURGED_AT_ONCE)).all()
        session.execute(delete(Upload).where(Upload.id.in_(ids), is_old))
    return bool(ids)


def _refuse_flood(session: Session, candidate_id: str) -> None:
    """Raises TooManyDeposits."""
    now = system_now()
    lately = touched_since(session, candidate_id, now - rules.HOUR)
    if len(lately) >= rules.MOST_AN_HOUR:
        raise rules.too_many_an_hour(int((lately[0] + rules.HOUR - now).total_seconds()) + 1)


def _make_room(session: Session, candidate_id: str, length: int) -> None:
    """Those that were left alone for UPLOAD_LIFE give way. Raises TooManyDeposits."""
    now = system_now()
    there = open_uploads(session, candidate_id)
    while there and (len(there) >= rules.MOST_OPEN or _bytes(there) + length > rules.MOST_OPEN_BYTES):
        oldest = there.pop(0)
        left = (oldest.touched_at + rules.UPLOAD_LIFE - now).total_seconds()
        if left > 0:
            raise rules.too_many_open(int(left) + 1)
        _give_up(session, oldest)


def _bytes(uploads: list[Upload]) -> int:
    return sum(upload.length for upload in uploads)


def _give_up(session: Session, upload: Upload) -> None:
    upload.given_up = True
    session.execute(delete(UploadPart).where(UploadPart.upload_id == upload.id))
