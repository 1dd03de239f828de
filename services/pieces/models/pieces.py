"""The pieces asked for, what candidates and gestionnaires said of them, and the audit trail."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.audit import AuditColumns
from services.chassis.database.audit_indexes import audit_indexes
from services.chassis.database.constraints import known_values
from services.chassis.database.transactions import UtcDateTime, new_id
from services.contracts.piece_codes import Status
from services.pieces.models.database import CODE, CONTROLLED, ID, LIST_ORDER, REOPENED, TO_CONTROL, db, only


class Piece(db.Model):
    """A justificatif of a candidature, as it is now; how it came to that is in the tables of history.

    `asked`: the newest version of the candidature asks for it. `form`: code of the form to fill in, if there is one.
    `revision` grows with each deposit, deletion, validation and control: the etag is made of it.
    `reopened_until`: exclusive end of the right to deposit again after a refusal, until the candidate validates again.
    `academie_code` and `deposited` (it has a current file) let work queues be read by an index; triggers of the
    database keep them, nothing else writes them.
    """

    __tablename__ = "pieces"
    __table_args__ = (
        UniqueConstraint("candidature_id", "code", name="uq_pieces_candidature_id_code"),
        known_values("status", Status),
        Index("ix_pieces_to_control", *LIST_ORDER, **only(TO_CONTROL)),
        Index("ix_pieces_to_control_there", "academie_code", *LIST_ORDER, **only(TO_CONTROL)),
        Index("ix_pieces_controlled", "status", *LIST_ORDER, **only(CONTROLLED)),
        Index("ix_pieces_reopened", "reopened_until", "id", **only(REOPENED)),
        Index("ix_pieces_controlled_there", "academie_code", "status", *LIST_ORDER, **only(CONTROLLED)),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    candidature_id: Mapped[str] = mapped_column(ForeignKey("candidatures.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(CODE)
    label: Mapped[str] = mapped_column(Text)
    group_code: Mapped[str] = mapped_column(CODE)
    group_label: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer)
    asked: Mapped[bool] = mapped_column()
    required: Mapped[bool] = mapped_column()
    formats: Mapped[list[str]] = mapped_column(JSON)
    form: Mapped[str | None] = mapped_column(CODE)
    deposit_opens: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_closes: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    status: Mapped[str | None] = mapped_column(String(16))
    status_comment: Mapped[str | None] = mapped_column(Text)
    received_on: Mapped[date | None] = mapped_column(Date)
    reopened_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    validated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    academie_code: Mapped[str | None] = mapped_column(String(8))
    deposited: Mapped[bool] = mapped_column(server_default=false())

    def take_status_of(self, control: Control | None) -> None:
        """Take the status of a control, with what goes with it; None: the piece is not controlled."""
        self.status = control.status if control else None
        self.status_comment = control.comment if control else None
        self.received_on = control.received_on if control else None


class Validation(db.Model):
    """« J'ai fourni toutes mes pièces »: one row for each piece that it froze, with the file it then had."""

    __tablename__ = "validations"

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    piece_id: Mapped[str] = mapped_column(ForeignKey("pieces.id", ondelete="CASCADE"), index=True)
    deposit_id: Mapped[str | None] = mapped_column(ForeignKey("deposits.id", ondelete="CASCADE"))
    validated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Control(db.Model):
    """A status that a gestionnaire gave to a piece; the newest one (by sequence) counts."""

    __tablename__ = "controls"

    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    piece_id: Mapped[str] = mapped_column(ForeignKey("pieces.id", ondelete="CASCADE"), index=True)
    deposit_id: Mapped[str | None] = mapped_column(ForeignKey("deposits.id", ondelete="CASCADE"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    comment: Mapped[str | None] = mapped_column(Text)
    received_on: Mapped[date | None] = mapped_column(Date)
    reopened_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    staff_id: Mapped[str] = mapped_column(String(64))
    controlled_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(AuditColumns, db.Model):
    """Who did what to which piece, when, with values before and after. Triggers refuse changes and deletions."""

    __tablename__ = "audit_entries"
    __table_args__ = audit_indexes("audit_entries")
