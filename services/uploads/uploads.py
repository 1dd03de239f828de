"""Uploads of a file in parts: begun, continued where they broke off, abandoned, taken, purged.

A service declares the tables with columns of its own: whose an upload is (`owner_id`), what it is
for, and what it became (`became_id`). Bytes are in the database until they are taken; one part at a
time is in memory.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, LargeBinary, Select, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.chassis.database.columns import UtcDateTime, new_id
from services.chassis.database.transactions import Database
from services.chassis.errors import Conflict, TooLarge, TooMany, found
from services.chassis.process.stopping import stopping
from services.clock import system_now
from services.contracts import problem_types
from services.contracts.api.uploads import MAX_FILENAME_LENGTH
from services.french import file_size

UPLOAD_GRACE = timedelta(minutes=30)
"""Untouched for as long, an open upload may be abandoned for a new one."""
UPLOAD_EXPIRY = timedelta(hours=24)
"""How long an upload is kept after its last bytes."""
PURGE_BATCH = 20
"""Uploads deleted in one transaction; each may be as large as the largest file."""


class UploadColumns:
    """A file being sent in parts. Once it is taken its parts are deleted; the row stays for
    UPLOAD_EXPIRY, so that taking it again changes nothing.

    `length`: announced bytes. `begun_at` is the portal's time; `touched_at`, when bytes last came,
    the system's. A `given_up` (abandoned) one has no bytes and still counts among the uploads of
    its hour.
    """

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    filename: Mapped[str] = mapped_column(String(MAX_FILENAME_LENGTH))
    length: Mapped[int] = mapped_column(Integer)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    given_up: Mapped[bool] = mapped_column(default=False)


class UploadPartColumns:
    """Bytes of an upload (`upload_id`), from `start` on. The upload continues at the end of the
    last part.

    On PostgreSQL the table is UNLOGGED: it is in no backup, and empty after a crash of the server.
    """

    start: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class UploadIncomplete(Conflict):
    """An upload has not all its bytes; `upload` is its id, `offset` how many it has."""

    problem = problem_types.UPLOAD_INCOMPLETE

    def __init__(self, upload_id: str, offset: int) -> None:
        detail = (
            "Le fichier n'est pas encore entièrement arrivé. Reprenez l'envoi, puis recommencez."
        )
        super().__init__(detail, upload=upload_id, offset=offset)


class UploadsChanged(Exception):
    """Another request has taken the uploads meanwhile, or some of them are gone."""


@dataclass(frozen=True)
class Progress:
    """`offset`: how many bytes came; all of them once the upload is taken."""

    upload: Any
    offset: int


def lock_owner(transaction: Session, owner_id: str) -> None:
    """What senders do by themselves they do one after the other, until the transaction ends."""
    if transaction.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        transaction.execute(select(func.pg_advisory_xact_lock(func.hashtext(owner_id))))


@dataclass(frozen=True)
class Uploads:
    """Those of a service. `upload` and `part` are its tables; `most_open`, `most_bytes`: what one
    sender may have on their way, begun and not taken."""

    db: Database
    upload: Any
    part: Any
    most_open: int
    most_bytes: int

    def begin(
        self,
        transaction: Session,
        owner_id: str,
        *,
        filename: str,
        length: int,
        at: datetime,
        **own: Any,
    ) -> Progress:
        """Announce a file of `length` bytes; `own`: the service's own columns. A sender's uploads
        begin one after the other, until the transaction ends. Raises TooMany."""
        lock_owner(transaction, owner_id)
        self._make_room(transaction, owner_id, length)
        sizes = {"length": length, "begun_at": at, "touched_at": system_now()}
        upload = self.upload(id=new_id(), owner_id=owner_id, filename=filename, **sizes, **own)
        transaction.add(upload)
        return Progress(upload, 0)

    def progress(
        self, transaction: Session, owner_id: str, upload_id: str, *, lock: bool = False
    ) -> Progress:
        """How far an upload of this sender is; `lock` holds it until the end of the transaction.
        Raises NotFound, also once it has expired."""
        query: Select[Any] = select(self.upload).where(
            self.upload.id == upload_id,
            self.upload.owner_id == owner_id,
            self.upload.given_up.is_(False),
            self.upload.touched_at > system_now() - UPLOAD_EXPIRY,
        )
        upload = transaction.scalar(query.with_for_update() if lock else query)
        upload = found(upload, "Cet envoi n'existe pas ou plus : recommencez-le.")
        return Progress(
            upload, upload.length if upload.became_id else self._offset(transaction, upload.id)
        )

    def complete(self, transaction: Session, owner_id: str, upload_id: str) -> Any:
        """The upload, once all its bytes came. Raises NotFound, UploadIncomplete."""
        progress = self.progress(transaction, owner_id, upload_id)
        if progress.offset != progress.upload.length:
            raise UploadIncomplete(upload_id, progress.offset)
        return progress.upload

    def append(self, owner_id: str, upload_id: str, offset: int, content: bytes) -> Progress:
        """Add bytes at the end of the upload, which `offset` must be.

        Raises NotFound, Conflict (`extra`: the `offset`), TooLarge beyond the announced length.
        """
        with self.db.operation() as transaction:
            progress = self.progress(transaction, owner_id, upload_id, lock=True)
            if offset != progress.offset:
                detail = "L'envoi reprend à un autre endroit que celui où il s'est arrêté."
                raise Conflict(detail, problem=problem_types.WRONG_OFFSET, offset=progress.offset)
            if offset + len(content) > progress.upload.length:
                raise TooLarge("L'envoi contient plus d'octets que la taille annoncée du fichier.")
            if content:
                transaction.add(
                    self.part(upload_id=upload_id, start=offset, size=len(content), content=content)
                )
                progress.upload.touched_at = system_now()
        return Progress(progress.upload, offset + len(content))

    def abandon(self, owner_id: str, upload_id: str) -> None:
        """Delete the bytes that came; one that was taken stays, so that taking it again works.
        Raises NotFound."""
        with self.db.operation() as transaction:
            upload = self.progress(transaction, owner_id, upload_id, lock=True).upload
            if upload.became_id is None:
                self._give_up(transaction, upload)

    def read(self, upload: Any) -> Iterator[bytes]:
        """Its bytes, part after part. Raises UploadsChanged where it was taken or given up since it
        was looked up, UploadIncomplete where the database has lost parts (their table is
        UNLOGGED)."""
        size = 0
        with self.db.reading() as transaction:
            of_upload = select(self.part.content).where(self.part.upload_id == upload.id)
            while part := transaction.scalar(of_upload.where(self.part.start == size)):
                size += len(part)
                yield part
            if size == upload.length:
                return
            if (
                transaction.scalar(
                    select(self.upload.id).where(self.upload.id == upload.id, *self._is_open())
                )
                is None
            ):
                raise UploadsChanged
        raise UploadIncomplete(upload.id, size)

    def take(self, transaction: Session, upload_ids: Collection[str], became_id: str) -> None:
        """In the transaction of what they become: note in the uploads what that is, and delete
        their bytes.

        Raises UploadsChanged.
        """
        untaken = select(self.upload).where(self.upload.id.in_(upload_ids), *self._is_open())
        rows = transaction.scalars(untaken.order_by(self.upload.id).with_for_update()).all()
        if len(rows) != len(upload_ids):
            raise UploadsChanged
        for row in rows:
            row.became_id = became_id
            row.touched_at = system_now()
        transaction.execute(delete(self.part).where(self.part.upload_id.in_(upload_ids)))

    def give_up_open(self, transaction: Session, **of: Any) -> None:
        """Abandon those that are not taken, of what takes none any more (`of`: values of
        columns)."""
        for upload in transaction.scalars(
            select(self.upload).filter_by(**of).where(*self._is_open())
        ).all():
            self._give_up(transaction, upload)

    def purge(self) -> None:
        """Delete uploads, taken ones too, that got no byte for UPLOAD_EXPIRY; in batches, so that
        others can write."""
        while not stopping() and self._purge_batch():
            pass

    def _purge_batch(self) -> bool:
        """Whether there was anything to delete."""
        is_expired = self.upload.touched_at <= system_now() - UPLOAD_EXPIRY
        with self.db.operation() as transaction:
            ids = transaction.scalars(
                select(self.upload.id).where(is_expired).limit(PURGE_BATCH)
            ).all()
            transaction.execute(delete(self.upload).where(self.upload.id.in_(ids), is_expired))
        return bool(ids)

    def _is_open(self) -> tuple[ColumnElement[bool], ...]:
        """Begun, and neither taken nor given up."""
        return self.upload.became_id.is_(None), self.upload.given_up.is_(False)

    def _offset(self, transaction: Session, upload_id: str) -> int:
        end = func.max(self.part.start + self.part.size)
        return transaction.scalar(select(end).where(self.part.upload_id == upload_id)) or 0

    def _make_room(self, transaction: Session, owner_id: str, length: int) -> None:
        """Abandon the sender's oldest open uploads, if untouched for UPLOAD_GRACE, until one of
        `length` bytes fits.

        Raises TooMany.
        """
        now = system_now()
        query = select(self.upload).where(self.upload.owner_id == owner_id, *self._is_open())
        uploads = list(transaction.scalars(query.order_by(self.upload.touched_at, self.upload.id)))
        while uploads and (
            len(uploads) >= self.most_open
            or sum(upload.length for upload in uploads) + length > self.most_bytes
        ):
            oldest = uploads.pop(0)
            seconds_to_wait = (oldest.touched_at + UPLOAD_GRACE - now).total_seconds()
            if seconds_to_wait > 0:
                most = f"{self.most_open} fichiers ou {file_size(self.most_bytes)} au plus"
                raise TooMany(
                    f"Plusieurs de vos envois ne sont pas terminés ({most}). Terminez-les ou "
                    "annulez-les, ou réessayez plus tard.",
                    problem=problem_types.TOO_MANY_FILES,
                    retry_after=int(seconds_to_wait) + 1,
                )
            self._give_up(transaction, oldest)

    def _give_up(self, transaction: Session, upload: Any) -> None:
        """The row stays: it counts among the uploads of its hour."""
        upload.given_up = True
        transaction.execute(delete(self.part).where(self.part.upload_id == upload.id))
