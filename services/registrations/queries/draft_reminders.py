"""What a reminder of a draft that is not transmitted says, if it still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.registrations.models import Candidate, Draft
from services.registrations.queries.catalogue import OpeningView, opening_view
from services.registrations.queries.dossiers import identity_of


@dataclass(frozen=True)
class DraftReminder:
    candidate_id: str
    email: str
    opening: OpeningView


def draft_to_remind_of(session: DbSession, draft_id: str, closes: datetime, at: datetime) -> DraftReminder | None:
    """None where the draft was transmitted or abandoned, or its registrations end at another instant or have ended."""
    draft = session.get(Draft, draft_id)
    if draft is None or draft.closed_at is not None:
        return None
    view = opening_view(session, draft.opening_id)
    if not at < closes == view.opening.closes:
        return None
    return DraftReminder(draft.candidate_id, _newest_email(session, draft), view)


def has_open_draft(session: DbSession, candidate_id: str) -> bool:
    drafts = select(Draft.id).where(Draft.candidate_id == candidate_id, Draft.closed_at.is_(None))
    return session.scalar(drafts.limit(1)) is not None


def _newest_email(session: DbSession, draft: Draft) -> str:
    """Before a first candidature, the draft alone may know an address."""
    candidate, identity = session.get_one(Candidate, draft.candidate_id), identity_of(draft.identity)
    return identity.email if candidate.email is None or candidate.email_version < identity.version else candidate.email
