"""What a candidate reads of his drafts: where each stands, and one tab of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as DbSession

from services.chassis.errors import NotFound
from services.contracts.accounts import Identity
from services.registrations.domain import journey, numbers
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.outcome import TabHeading
from services.registrations.domain.transmission import obstacles
from services.registrations.models import Candidature, CandidatureVersion, Draft, OpeningRow
from services.registrations.queries.dossiers import dossier_of_draft, identity_of


def owned_draft(session: DbSession, candidate_id: str, draft_id: str) -> Draft:
    """Raises NotFound for one that is unknown or someone else's."""
    draft = session.get(Draft, draft_id)
    if draft is None or draft.candidate_id != candidate_id:
        raise NotFound()
    return draft


def open_drafts(session: DbSession, candidate_id: str, at: datetime) -> list[dict[str, Any]]:
    """What was begun and not transmitted, of sessions that have not closed; the latest written first."""
    drafts = session.scalars(
        select(Draft)
        .join(OpeningRow, OpeningRow.id == Draft.opening_id)
        .where(Draft.candidate_id == candidate_id, Draft.closed_at.is_(None), OpeningRow.session_closes > at)
        .order_by(Draft.updated_at.desc())
    )
    return [draft_data(session, draft, at) for draft in drafts]


def draft_data(session: DbSession, draft: Draft, at: datetime) -> dict[str, Any]:
    """A draft with the state of its tabs, and with what keeps it from being transmitted at that instant."""
    dossier = dossier_of_draft(session, draft, identity_of(draft.identity), at)
    return {
        "id": draft.id,
        "revision": draft.revision,
        "numero_candidat": dossier.numero_candidat,
        "exam_label": dossier.exam.label,
        "session_label": dossier.session.label,
        "academie_label": dossier.opening.label,
        "opening_id": draft.opening_id,
        "closes_at": dossier.opening.closes,
        "candidature_id": draft.modification_of,
        "modified": _modified(session, draft.modification_of),
        "obstacles": [asdict(obstacle) for obstacle in obstacles(dossier, at)],
        "contact": asdict(dossier.opening.contact),
        "tabs": [tab_data(heading, draft.current_tab) for heading in journey.tabs(dossier)],
        "current": draft.current_tab,
        "updated_at": draft.updated_at,
        "saved_candidature_id": draft.candidature_id,
    }


def _modified(session: DbSession, candidature_id: str | None) -> dict[str, Any] | None:
    """The candidature that a draft changes, as it stands saved."""
    if candidature_id is None:
        return None
    candidature = session.get_one(Candidature, candidature_id)
    version = session.get_one(CandidatureVersion, (candidature_id, candidature.version))
    return {
        "numero_inscription": candidature.numero_inscription,
        "version_label": numbers.version_label(version.version),
        "saved_at": version.saved_at,
    }


def tab_data(heading: TabHeading, current: int) -> dict[str, Any]:
    done = heading.visited and heading.complete
    state = "current" if heading.number == current else "done" if done else "todo"
    return {
        "number": heading.number,
        "kind": heading.kind,
        "name": heading.name,
        "title": heading.title,
        "state": state,
    }


def tab_view(session: DbSession, draft: Draft, number: int, identity: Identity | None, at: datetime) -> dict[str, Any]:
    """One tab as it was typed, with all that is wrong in it; whether to show that is the page's choice."""
    dossier = _dossier(session, draft, identity, at)
    view, errors = journey.describe(dossier, number), journey.check(dossier, number)
    return {
        **view.to_data(),
        "revision": draft.revision,
        "errors": [{"pointer": error.pointer, "detail": error.detail} for error in errors],
    }


def search(session: DbSession, draft: Draft, number: int, field: str, typed: str, at: datetime) -> dict[str, Any]:
    """Proposals for a search field of a tab, best first, and what is to be said beside them."""
    dossier = dossier_at(session, draft, at)
    options = journey.search(dossier, number, field, typed)
    return {
        "options": [option.to_data() for option in options],
        "advice": journey.advice(dossier, number, field, typed),
    }


def dossier_at(session: DbSession, draft: Draft, at: datetime) -> Dossier:
    """The draft as the domain reads it, with the identity kept with it."""
    return _dossier(session, draft, None, at)


def _dossier(session: DbSession, draft: Draft, identity: Identity | None, at: datetime) -> Dossier:
    return dossier_of_draft(session, draft, identity or identity_of(draft.identity), at)
