"""What a catalogue keeps of that which it replaces: running demonstration sessions, openings and
spécialités in use."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from services.registrations.domain.exam_definition import Exam, Opening, Session


def with_running_demonstrations(stored: Exam, loaded: Exam, now: datetime) -> Exam:
    """Return `loaded` with the dates of the demonstration sessions running in `stored`, so that a
    reload changes no date; one of `loaded` counts only while none of `stored` is running."""
    dated = tuple(session for session in loaded.sessions if not session.demonstration)
    years = {session.year for session in dated}
    running = [
        session for session in running_demonstrations(stored, now) if session.year not in years
    ]
    if not running:
        return loaded
    demonstrations = {session.name: session for session in loaded.sessions if session.demonstration}
    as_loaded = (_with_dates_of(session, demonstrations.get(session.name)) for session in running)
    return replace(loaded, sessions=(*dated, *as_loaded))


def running_demonstrations(exam: Exam, now: datetime) -> list[Session]:
    """Return the demonstration sessions in which one can still register, or will."""
    demonstrations = (session for session in exam.sessions if session.demonstration)
    return [
        session
        for session in demonstrations
        if any(now < opening.closes for opening in session.openings)
    ]


def _with_dates_of(running: Session, loaded: Session | None) -> Session:
    """The session as the files now define it, with the dates of the running one."""
    if loaded is None:
        return running
    running_openings = {opening.academie: opening for opening in running.openings}
    openings = tuple(
        _with_dates_of_opening(running_openings.get(opening.academie), opening)
        for opening in loaded.openings
    )
    return replace(loaded, openings=openings, closes=running.closes)


def _with_dates_of_opening(running: Opening | None, loaded: Opening) -> Opening:
    if running is None:
        return loaded
    return replace(
        loaded,
        opens=running.opens,
        closes=running.closes,
        deposit_opens=running.deposit_opens,
        deposit_closes=running.deposit_closes,
    )


@dataclass(frozen=True)
class UsedOpening:
    """An opening with a draft or candidature, and the spécialité saved there (None: a draft, or an
    exam without)."""

    session: str
    academie: str
    specialite: str | None


def with_used_definitions(new: Exam, old: Exam, used: Collection[UsedOpening]) -> Exam:
    """Return `new` with the sessions, openings and spécialités of `old` that are used and that
    `new` lacks."""
    by_session: dict[str, list[UsedOpening]] = {}
    for opening_used in used:
        by_session.setdefault(opening_used.session, []).append(opening_used)
    sessions = [
        _with_used_parts(session, old, by_session.pop(session.name, ())) for session in new.sessions
    ]
    for name, of_session in by_session.items():
        academies = {opening_used.academie for opening_used in of_session}
        if removed := old.session(name):
            openings = tuple(
                opening for opening in removed.openings if opening.academie in academies
            )
            sessions.append(replace(removed, openings=openings))
    missing_codes = {opening_used.specialite for opening_used in used} - {
        each.code for each in new.specialites
    }
    specialites = tuple(
        specialite for specialite in old.specialites if specialite.code in missing_codes
    )
    return replace(new, sessions=tuple(sessions), specialites=(*new.specialites, *specialites))


def _with_used_parts(new: Session, old: Exam, used: Collection[UsedOpening]) -> Session:
    before = old.session(new.name)
    if before is None:
        return new
    there = {opening.academie for opening in new.openings}
    academies = {opening_used.academie for opening_used in used} - there
    openings = tuple(opening for opening in before.openings if opening.academie in academies)
    codes = {opening_used.specialite for opening_used in used} - set(new.specialites)
    specialites = tuple(code for code in before.specialites if code in codes)
    return replace(
        new,
        openings=(*new.openings, *openings),
        specialites=(*new.specialites, *specialites),
    )
