"""Openings of sessions, the changes of their dates, and the incidents for which dates were
changed."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column, validates

from services.chassis.database.columns import DataclassJson, UtcDateTime, new_id
from services.contracts import registration_rules as rules
from services.contracts.api.administration import OpeningDates
from services.contracts.session_options import SessionOptions
from services.registrations.domain.date_changes import OpeningState
from services.registrations.models.base import ID, Json, db


class OpeningRow(db.Model):
    """One académie's window for a session. `listed` is false once the catalogue drops it;
    `catalogue_…` are its dates there, over which those of an OpeningChange take precedence.

    `revision` grows with each change of the dates in force, wherever it comes from, and of
    `options`, the session's. `looked_through`: after a change, the id up to which candidatures were
    compared with it; None once all were.
    """

    __tablename__ = "openings"
    __table_args__ = (
        UniqueConstraint("exam", "session", "academie"),
        CheckConstraint("opens < closes", name="window_in_order"),
        CheckConstraint("deposit_opens < deposit_closes", name="deposit_in_order"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    exam: Mapped[str] = mapped_column(ForeignKey("exams.code"))
    session: Mapped[str] = mapped_column(String(rules.CODE_LENGTH))
    academie: Mapped[str] = mapped_column(String(8))
    catalogue_opens: Mapped[datetime] = mapped_column("opens", UtcDateTime)
    catalogue_closes: Mapped[datetime] = mapped_column("closes", UtcDateTime)
    catalogue_deposit_opens: Mapped[datetime] = mapped_column("deposit_opens", UtcDateTime)
    catalogue_deposit_closes: Mapped[datetime] = mapped_column("deposit_closes", UtcDateTime)
    session_closes: Mapped[datetime] = mapped_column(UtcDateTime)
    listed: Mapped[bool] = mapped_column(default=True)
    revision: Mapped[int] = mapped_column(default=0)
    looked_through: Mapped[str | None] = mapped_column(ID)
    options: Mapped[SessionOptions] = mapped_column(
        DataclassJson(SessionOptions), default=SessionOptions(), server_default="{}"
    )
    # Read by 0.2.0 alone, which may be at work on these tables; the release after this one drops
    # them.
    reminder_days: Mapped[list[int]] = mapped_column(Json, default=list, server_default="[]")
    draft_reminder_days: Mapped[list[int]] = mapped_column(Json, default=list, server_default="[]")
    refusal_mails: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def catalogue_dates(self) -> OpeningDates:
        return OpeningDates(
            opens=self.catalogue_opens,
            closes=self.catalogue_closes,
            deposit_opens=self.catalogue_deposit_opens,
            deposit_closes=self.catalogue_deposit_closes,
        )

    @property
    def standing(self) -> OpeningState:
        """Return the plain values that the rules of `domain` work on."""
        return OpeningState(self.revision, self.looked_through)

    def store(self, state: OpeningState) -> None:
        """Keep what a transition has made of the opening."""
        self.revision = state.revision
        self.looked_through = state.looked_through

    @validates("options")
    def _keep_older_columns(self, _: str, options: SessionOptions) -> SessionOptions:
        self.refusal_mails = options.refusal_mails
        self.reminder_days = list(options.reminder_days)
        self.draft_reminder_days = list(options.draft_reminder_days)
        return options


class OpeningChange(db.Model):
    """Dates that an operator set, with a reason; the newest wins over the catalogue, whatever is
    loaded later.

    `incident_id`: for which incident they were set. `told_through`: the id up to which candidates
    with a draft were told by mail that it extended their registrations; None once all were, and
    where it did not.
    """

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
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incidents.id"))
    told_through: Mapped[str | None] = mapped_column(ID)


class Incident(db.Model):
    """A time at which `periods` of openings were cut, for which they were extended. Each is noted
    once. Candidates read `title` and `text`."""

    __tablename__ = "incidents"
    __table_args__ = (UniqueConstraint("begins", "ends"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    begins: Mapped[datetime] = mapped_column(UtcDateTime)
    ends: Mapped[datetime] = mapped_column(UtcDateTime)
    periods: Mapped[list[str]] = mapped_column(Json)
    title: Mapped[str] = mapped_column(String(rules.MESSAGE_TITLE_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)
