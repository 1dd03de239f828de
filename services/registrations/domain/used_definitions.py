"""Keeps in a new catalogue the openings and spécialités that candidatures or drafts use."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from services.registrations.domain.exam_definition import Exam, Session


@dataclass(frozen=True)
class UsedOpening:
    """An opening with a draft or candidature, and the spécialité saved there (None: a draft, or an exam without)."""

    session: str
    academie: str
    specialite: str | None


def with_used_definitions(new: Exam, old: Exam, used: Collection[UsedOpening]) -> Exam:
    """`new` with the sessions, openings and spécialités of `old` that are used and that `new` lacks."""
    by_session: dict[str, list[UsedOpening]] = {}
    for opening_used in used:
        by_session.setdefault(opening_used.session, []).append(opening_used)
    sessions = [_with_used_parts(session, old, by_session.pop(session.name, ())) for session in new.sessions]
    removed_sessions = (old.session(name) for name in by_session)
    sessions += [
        _with_openings_of(session, {opening_used.academie for opening_used in by_session[session.name]})
        for session in removed_sessions
        if session
    ]
    missing_codes = {
        opening_used.specialite
        for opening_used in used
        if opening_used.specialite and new.specialite(opening_used.specialite) is None
    }
    specialites = tuple(specialite for specialite in old.specialites if specialite.code in missing_codes)
    return replace(new, sessions=tuple(sessions), specialites=(*new.specialites, *specialites))


def _with_used_parts(session: Session, old: Exam, used: Collection[UsedOpening]) -> Session:
    before = old.session(session.name)
    if before is None:
        return session
    there = {opening.academie for opening in session.openings}
    academies = {opening_used.academie for opening_used in used} - there
    openings = tuple(opening for opening in before.openings if opening.academie in academies)
    codes = {opening_used.specialite for opening_used in used if opening_used.specialite} - set(session.specialites)
    specialites = tuple(code for code in before.specialites if code in codes)
    return replace(session, openings=(*session.openings, *openings), specialites=(*session.specialites, *specialites))


def _with_openings_of(session: Session, academies: Collection[str]) -> Session:
    return replace(session, openings=tuple(opening for opening in session.openings if opening.academie in academies))
