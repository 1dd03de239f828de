"""A candidate's uploads: how many bytes came, the bytes themselves, and the lists that limits are counted on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services.chassis.clock import system_now
from services.chassis.errors import NotFound
from services.pieces.domain.uploads import UPLOAD_EXPIRY
from services.pieces.models import Upload, UploadPart


@dataclass(frozen=True)
class Progress:
    """`offset`: how many bytes came; all of them once the upload is deposited."""

    upload: Upload
    offset: int

    @property
    def is_complete(self) -> bool:
        return self.offset == self.upload.length

    @property
    def expires_at(self) -> datetime:
        return self.upload.touched_at + UPLOAD_EXPIRY


def read_progress(session: Session, candidate_id: str, upload_id: str) -> Progress:
    """How far an upload of this candidate is. Raises NotFound, also once it has expired."""
    return _progress(session, _own_upload(candidate_id, upload_id))


def lock_and_read_progress(session: Session, candidate_id: str, upload_id: str) -> Progress:
    """The same, with the upload locked until the end of the transaction. Raises NotFound."""
    return _progress(session, _own_upload(candidate_id, upload_id).with_for_update())


def _own_upload(candidate_id: str, upload_id: str) -> Select[Upload]:
    return select(Upload).where(
        Upload.id == upload_id,
        Upload.candidate_id == candidate_id,
        Upload.given_up.is_(False),
        Upload.touched_at > system_now() - UPLOAD_EXPIRY,
    )


def _progress(session: Session, query: Select[Upload]) -> Progress:
    upload = session.scalar(query)
    if upload is None:
        raise NotFound("Cet envoi n'existe pas ou plus : recommencez-le.")
    return Progress(upload, upload.length if upload.deposit_id else _offset(session, upload.id))


def _offset(session: Session, upload_id: str) -> int:
    ends = select(func.max(UploadPart.start + UploadPart.size)).where(UploadPart.upload_id == upload_id)
    return session.scalar(ends) or 0


def upload_bytes(session: Session, upload_id: str) -> Iterator[bytes]:
    """The upload's bytes, part after part, one part in memory at a time."""
    start = 0
    while part := session.scalar(
        select(UploadPart.content).where(UploadPart.upload_id == upload_id, UploadPart.start == start)
    ):
        yield part
        start += len(part)


def list_open_uploads(session: Session, candidate_id: str) -> list[Upload]:
    """The candidate's uploads that are neither deposited nor given up, the longest untouched first."""
    query = select(Upload).where(
        Upload.candidate_id == candidate_id, Upload.deposit_id.is_(None), Upload.given_up.is_(False)
    )
    return list(session.scalars(query.order_by(Upload.touched_at, Upload.id)))


def list_touch_times(session: Session, candidate_id: str, since: datetime) -> list[datetime]:
    """When the candidate's uploads touched after `since` last got bytes, whatever became of them; earliest first."""
    query = select(Upload.touched_at).where(Upload.candidate_id == candidate_id, Upload.touched_at > since)
    return list(session.scalars(query.order_by(Upload.touched_at)))


def upload_ids_of_deposit(session: Session, deposit_id: str) -> set[str]:
    """The ids of the uploads that a deposit was made of."""
    return set(session.scalars(select(Upload.id).where(Upload.deposit_id == deposit_id)))
