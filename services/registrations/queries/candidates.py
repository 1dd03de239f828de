"""Reads about a candidate besides candidatures."""

from __future__ import annotations

from sqlalchemy.orm import Session as DbSession

from services.registrations.models import Candidate


def is_engaged(session: DbSession, candidate_id: str) -> bool:
    """Whether a candidature was ever saved: the civil status can then be changed by staff only."""
    candidate = session.get(Candidate, candidate_id)
    return candidate is not None and candidate.engaged_at is not None
