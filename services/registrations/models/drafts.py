"""Drafts: what was typed and not yet transmitted."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.database.columns import UtcDateTime, new_id
from services.chassis.database.migrations import partial_index
from services.registrations.domain.draft import DraftState
from services.registrations.models.base import ID, Json, db


class Draft(db.Model):
    """What was typed and not yet transmitted, as typed. Closed by the save, which sets
    `candidature_id`.

    That of a correction has no `candidate_id`: the member of staff `staff_id` began it, with
    `reason` as it was typed last. `modified_version`: of the candidature `modification_of`, from
    which it was filled in. `reminder_rung`: the last rung (see `reminders.Rung`) for which it was
    looked at, and its candidate reminded where that had to be.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        partial_index(
            "uq_drafts_open",
            "candidate_id",
            "opening_id",
            unique=True,
            where="closed_at IS NULL",
        ),
        partial_index("ix_drafts_open", "opening_id", "id", where="closed_at IS NULL"),
        partial_index("ix_drafts_corrections", "modification_of", where="candidate_id IS NULL"),
        *(
            partial_index(f"ix_drafts_{name}", name, where=f"{name} IS NOT NULL")
            for name in ("closed_at", "candidature_id", "modification_of")
        ),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True, default=new_id)
    candidate_id: Mapped[str | None] = mapped_column(ForeignKey("candidates.id"), index=True)
    staff_id: Mapped[str | None] = mapped_column(ID)
    reason: Mapped[str | None] = mapped_column(Text)
    opening_id: Mapped[str] = mapped_column(ForeignKey("openings.id"), index=True)
    modification_of: Mapped[str | None] = mapped_column(ForeignKey("candidatures.id"))
    modified_version: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)
    current_tab: Mapped[int] = mapped_column(default=1)
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    identity: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    candidature_id: Mapped[str | None] = mapped_column(ForeignKey("candidatures.id"))
    saved_version: Mapped[int | None]
    reminder_rung: Mapped[str | None] = mapped_column(String(40))

    @property
    def standing(self) -> DraftState:
        """Return the plain values that the rules of `domain` work on."""
        return DraftState(
            answers=self.answers,
            updated_at=self.updated_at,
            revision=self.revision,
            current_tab=self.current_tab,
        )

    def store(self, state: DraftState) -> None:
        """Keep what a transition has made of the draft."""
        self.answers = dict(state.answers)
        self.updated_at = state.updated_at
        self.revision = state.revision
        self.current_tab = state.current_tab
