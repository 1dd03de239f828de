"""Exams as they were loaded, openings with the dates that administrators set, establishments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.transactions import DataclassJson, UtcDateTime, new_id
from services.contracts import registration_lengths as lengths
from services.contracts.registrations import SessionOptions
from services.registrations.models.database import DIGEST, ID, Json, db


class CatalogueRevision(db.Model):
    """An exam as it was loaded once; never changed, kept while a version of a candidature uses it."""

    __tablename__ = "catalogue_revisions"

    digest: Mapped[str] = mapped_column(DIGEST, primary_key=True)
    exam: Mapped[str] = mapped_column(String(lengths.CODE), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CurrentExam(db.Model):
    """Which revision of an exam is in force. `loaded_by_staff`: an administrator loaded it, and no command since."""

    __tablename__ = "exams"

    code: Mapped[str] = mapped_column(String(lengths.CODE), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("catalogue_revisions.digest"))
    loaded_by_staff: Mapped[bool] = mapped_column(default=False, server_default=false())


class OpeningRow(db.Model):
    """One académie's window for a session, dated by the catalogue. `listed` is false once the catalogue drops it.

    `revision` grows with each change of the dates in force, wherever it comes from, and of `options`, the session's.
    """

    __tablename__ = "openings"
    __table_args__ = (
        UniqueConstraint("exam", "session", "academie"),
        CheckConstraint("opens < closes", name="window_in_order"),
        CheckConstraint("deposit_opens < deposit_closes", name="deposit_in_order"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    exam: Mapped[str] = mapped_column(ForeignKey("exams.code"))
    session: Mapped[str] = mapped_column(String(lengths.CODE))
    academie: Mapped[str] = mapped_column(String(8))
    opens: Mapped[datetime] = mapped_column(UtcDateTime)
    closes: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_opens: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_closes: Mapped[datetime] = mapped_column(UtcDateTime)
    session_closes: Mapped[datetime] = mapped_column(UtcDateTime)
    listed: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=0)
    options: Mapped[SessionOptions] = mapped_column(
        DataclassJson(SessionOptions), default=SessionOptions(), server_default="{}"
    )
    # Written for the version before, which may be at work on these tables; the release after this one drops them.
    reminder_days: Mapped[list[int]] = mapped_column(Json, default=list, server_default="[]")
    draft_reminder_days: Mapped[list[int]] = mapped_column(Json, default=list, server_default="[]")
    refusal_mails: Mapped[bool] = mapped_column(default=False, server_default=false())


class OpeningChange(db.Model):
    """Dates that an operator set, with a reason; the newest wins over the catalogue, whatever is loaded later."""

    __tablename__ = "opening_changes"

    opening_id: Mapped[str] = mapped_column(ForeignKey("openings.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    opens: Mapped[datetime] = mapped_column(UtcDateTime)
    closes: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_opens: Mapped[datetime] = mapped_column(UtcDateTime)
    deposit_closes: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EtablissementRow(db.Model):
    """An establishment where candidates prepare. `folded` (see `text.folded`) is what is searched."""

    __tablename__ = "etablissements"

    code: Mapped[str] = mapped_column(String(lengths.SHORT_CODE), primary_key=True)
    label: Mapped[str] = mapped_column(String(lengths.LABEL))
    kind: Mapped[str] = mapped_column(String(32), index=True)
    departement: Mapped[str | None] = mapped_column(String(3), index=True)
    habilite_ccf: Mapped[bool] = mapped_column(default=False)
    folded: Mapped[str] = mapped_column(String(lengths.ETABLISSEMENT_SEARCH))
