"""A candidate's uploads, how far they are, and their bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.errors import NotFound
from services.pieces.domain.uploads import EXPIRY
from services.pieces.models import Upload, UploadPart


@dataclass(frozen=True)
class Progress:
    """`offset`: how many bytes came; all of them once it is deposited."""

    upload: Upload
    offset: int

    @property
    def complete(self) -> bool:
        return self.offset == self.upload.length

    @property
    def expires(self) -> datetime:
        return self.upload.touched_at + EXPIRY


def progress(session: Session, candidate_id: str, upload_id: str) -> Progress:
    """Of an upload of this candidate. Raises NotFound, also once it has expired."""
    return _progress(session, _own(candidate_id, upload_id))


def locked_progress(session: Session, candidate_id: str, upload_id: str) -> Progress:
    """The same, for who adds to it: others wait for the end of the transaction. Raises NotFound."""
    return _progress(session, _own(candidate_id, upload_id).with_for_update())


def _own(candidate_id: str, upload_id: str) -> Select[Upload]:
    return select(Upload).where(
        Upload.id == upload_id,
        Upload.candidate_id == candidate_id,
        Upload.given_up.is_(False),
        Upload.touched_at > system_now() - EXPIRY,
    )


def _progress(session: Session, wanted: Select[Upload]) -> Progress:
    upload = session.scalar(wanted)
    if upload is None:
        raise NotFound("Cet envoi n'existe pas ou plus : recommencez-le.")
    return Progress(upload, upload.length if upload.deposit_id else _offset(session, upload.id))


def _offset(session: Session, upload_id: str) -> int:
    ends = select(func.max(UploadPart.start + UploadPart.size)).where(UploadPart.upload_id == upload_id)
    return session.scalar(ends) or 0


def parts_of(session: Session, upload_id: str) -> Iterator[bytes]:
    """Its bytes, in their order; one part is held at a time."""
    start = 0
    while part := session.scalar(
        select(UploadPart.content).where(UploadPart.upload_id == upload_id, UploadPart.start == start)
    ):
        yield part
        start += len(part)


def open_uploads(session: Session, candidate_id: str) -> list[Upload]:
    """Those that are neither deposited nor given up, the one that was left alone for longest first."""
    wanted = select(Upload).where(
        Upload.candidate_id == candidate_id, Upload.deposit_id.is_(None), Upload.given_up.is_(False)
    )
    return list(session.scalars(wanted.order_by(Upload.touched_at, Upload.id)))


def touched_since(session: Session, candidate_id: str, since: datetime) -> list[datetime]:
    """When the candidate's uploads of that time last got bytes, whatever became of them; the earliest first."""
    wanted = select(Upload.touched_at).where(Upload.candidate_id == candidate_id, Upload.touched_at > since)
    return list(session.scalars(wanted.order_by(Upload.touched_at)))


def uploads_of(session: Session, deposit_id: str) -> set[str]:
    """What a deposit was made of."""
    return set(session.scalars(select(Upload.id).where(Upload.deposit_id == deposit_id)))
