"""What a new catalogue must not drop: openings and spécialités that a candidature or a draft uses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from services.registrations.domain.exam_definition import Exam, Session


@dataclass(frozen=True)
class UsedOpening:
    """A taken opening, with the spécialité that was saved there (None: a draft, or an exam without)."""

    session: str
    academie: str
    specialite: str | None


def with_used_definitions(new: Exam, old: Exam, used: Collection[UsedOpening]) -> Exam:
    """`new` with the sessions, openings and spécialités of `old` that are used and that `new` lacks."""
    by_session: dict[str, list[UsedOpening]] = {}
    for one in used:
        by_session.setdefault(one.session, []).append(one)
    sessions = [_kept(session, old, by_session.pop(session.name, ())) for session in new.sessions]
    gone = (old.session(name) for name in by_session)
    sessions += [_only(session, {one.academie for one in by_session[session.name]}) for session in gone if session]
    taken = {one.specialite for one in used if one.specialite and new.specialite(one.specialite) is None}
    missing = tuple(one for one in old.specialites if one.code in taken)
    return replace(new, sessions=tuple(sessions), specialites=(*new.specialites, *missing))


def _kept(session: Session, old: Exam, used: Collection[UsedOpening]) -> Session:
    before = old.session(session.name)
    if before is None:
        return session
    there = {opening.academie for opening in session.openings}
    academies = {one.academie for one in used} - there
    openings = tuple(opening for opening in before.openings if opening.academie in academies)
    codes = {one.specialite for one in used if one.specialite} - set(session.specialites)
    specialites = tuple(code for code in before.specialites if code in codes)
    return replace(session, openings=(*session.openings, *openings), specialites=(*session.specialites, *specialites))


def _only(session: Session, academies: Collection[str]) -> Session:
    return replace(session, openings=tuple(opening for opening in session.openings if opening.academie in academies))
