"""Deposited files, and files that come in parts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import UtcDateTime, new_id
from services.contracts.piece_codes import Scan
from services.objects import ObjectKey
from services.pieces.domain.filenames import MAX_LENGTH
from services.pieces.models.database import ID, db


class Deposit(db.Model):
    """A file deposited for a piece: at most one is current (not removed). Size and SHA-256 as read back from the store.

    `converted`: not byte for byte what was sent; `pages`: of a PDF; `look`: signs that it may be hard to read. Bytes of
    a removed one stay as long as `retired_objects` says; those of a controlled one stay for ever.
    """

    __tablename__ = "deposits"
    __table_args__ = (
        Index(
            "uq_deposits_current",
            "piece_id",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index("ix_deposits_piece_id", "piece_id"),
        Index("ix_deposits_scan", "scan"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    piece_id: Mapped[str] = mapped_column(ForeignKey("pieces.id", ondelete="CASCADE"))
    object_key: Mapped[str] = mapped_column(ObjectKey, unique=True)
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(128))
    filename: Mapped[str] = mapped_column(String(MAX_LENGTH))
    deposited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Written only by versions before the table retired_objects; to be dropped once none may run beside this one.
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    scan: Mapped[str] = mapped_column(String(16))
    scanned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    converted: Mapped[bool] = mapped_column(default=False, server_default=false())
    pages: Mapped[int | None] = mapped_column(Integer)
    look: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")

    @property
    def scan_label(self) -> str:
        return Scan(self.scan).label

    @property
    def openable(self) -> bool:
        """Whether the antivirus lets gestionnaires open it."""
        return Scan(self.scan).staff_may_open


class Upload(db.Model):
    """A file being sent in parts. Once it is deposited its parts are deleted; the row stays for UPLOAD_EXPIRY, so that
    repeating the deposit changes nothing.

    `length`: announced bytes. `begun_at` is the portal's time, for the deposit period; `touched_at`, when bytes last
    came, the system's. A `given_up` (abandoned) one has no bytes and still counts among the uploads of its hour.
    """

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    candidate_id: Mapped[str] = mapped_column(ID, index=True)
    piece_id: Mapped[str] = mapped_column(ForeignKey("pieces.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(MAX_LENGTH))
    length: Mapped[int] = mapped_column(Integer)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    given_up: Mapped[bool] = mapped_column(default=False)
    deposit_id: Mapped[str | None] = mapped_column(ForeignKey("deposits.id", ondelete="CASCADE"), index=True)


class UploadPart(db.Model):
    """Bytes of an upload, from `start` on. The upload continues at the end of the last part.

    On PostgreSQL the table is UNLOGGED: it is in no backup, and empty after a crash of the server.
    """

    __tablename__ = "upload_parts"

    upload_id: Mapped[str] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    start: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class DepositTries(db.Model):
    """How many files a candidate sent, accepted or not, in the hour that began at `since` (system time)."""

    __tablename__ = "deposit_tries"

    candidate_id: Mapped[str] = mapped_column(ID, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
