"""What a catalogue keeps of the one that it replaces: running demonstration sessions, openings and spécialités in use.

Demonstration sessions stay open: `closes` moves up to `session_closes`, then a next year's session is added.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from services.chassis.clock import PARIS
from services.contracts.api.administration import OpeningDates
from services.contracts.api.operation import answer_of
from services.registrations.catalogue.sessions import offered_codes, session_end
from services.registrations.domain.exam_definition import Exam, Opening, Session

STEP_DAYS = 30  # an end is moved by whole steps, at the same time of day in Paris


def with_current_demonstrations(exam: Exam, now: datetime) -> Exam:
    """The exam with its demonstration sessions as they should be at `now`; the same object where none has to change.

    Dated sessions are never touched, and a year that has one gets no demonstration session.
    """
    sessions = tuple(_extended_session(session, now) if session.demonstration else session for session in exam.sessions)
    demonstrations = [session for session in sessions if session.demonstration]
    newest = max(demonstrations, key=lambda session: session.year, default=None)
    if newest is not None and newest.closes <= now:
        following = _next_years_session(exam, newest, now)
        if following.year not in {session.year for session in sessions}:
            sessions = (*sessions, following)
    return exam if sessions == exam.sessions else replace(exam, sessions=sessions)


def with_running_demonstrations(stored: Exam | None, loaded: Exam, now: datetime) -> Exam:
    """`loaded` with the dates of the demonstration sessions running in `stored`, so that a reload changes no date.

    A demonstration session of `loaded` counts only while none of `stored` is running.
    """
    dated_years = {session.year for session in loaded.sessions if not session.demonstration}
    running = tuple(
        session
        for session in (stored.sessions if stored else ())
        if session.demonstration and session.closes > now and session.year not in dated_years
    )
    if not running:
        return with_current_demonstrations(loaded, now)
    loaded_demonstrations = {session.name: session for session in loaded.sessions if session.demonstration}
    running_as_loaded = tuple(_with_dates_of(session, loaded_demonstrations.get(session.name)) for session in running)
    dated_sessions = tuple(session for session in loaded.sessions if not session.demonstration)
    return with_current_demonstrations(replace(loaded, sessions=(*dated_sessions, *running_as_loaded)), now)


def _with_dates_of(running: Session, loaded: Session | None) -> Session:
    """The session as the files now define it, with the dates of the running one."""
    if loaded is None:
        return running
    before = {opening.academie: opening for opening in running.openings}
    openings = tuple(
        replace(opening, **vars(answer_of(OpeningDates, before.get(opening.academie, opening))))
        for opening in loaded.openings
    )
    return replace(loaded, openings=openings, closes=running.closes)


def _extended_session(session: Session, now: datetime) -> Session:
    if session.closes <= now:
        return session
    openings = tuple(_extended_opening(opening, now, session.closes) for opening in session.openings)
    return session if openings == session.openings else replace(session, openings=openings)


def _extended_opening(opening: Opening, now: datetime, limit: datetime) -> Opening:
    """Move an end that has passed; pièces must stay depositable as long as registrations are open."""
    if opening.closes > now:
        return opening
    closes = min(_moved_past(opening.closes, now), limit)
    deposit = min(_days_later(opening.deposit_closes, (closes - opening.closes).days), limit)
    return replace(opening, closes=closes, deposit_closes=max(deposit, closes))


def _next_years_session(exam: Exam, session: Session, now: datetime) -> Session:
    """The next year's session: it opens where the last one ended, and is open at `now`."""
    year = session.year + 1
    while session_end(year) <= now:
        year += 1
    openings = tuple(_next_years_opening(opening, session, year, now) for opening in session.openings)
    return replace(
        session,
        name=str(year),
        year=year,
        label=session.label.replace(str(session.year), str(year)),
        closes=session_end(year),
        specialites=_next_years_specialites(exam, session, year),
        openings=openings,
    )


def _next_years_opening(opening: Opening, session: Session, year: int, now: datetime) -> Opening:
    limit, closes = session_end(year), _moved_past(session.closes, now)
    delay = max(opening.deposit_closes - opening.closes, timedelta())
    return replace(
        opening,
        code_choice=opening.code_choice.replace(str(session.year), str(year)),
        code_pdf=opening.code_pdf.replace(str(session.year), str(year)),
        opens=session.closes,
        closes=min(closes, limit),
        deposit_opens=session.closes,
        deposit_closes=min(closes + delay, limit),
    )


def _next_years_specialites(exam: Exam, session: Session, year: int) -> tuple[str, ...]:
    """All spécialités of the new year if the session had all of its year; else those of its list that still exist."""
    possible = offered_codes(exam.specialites, year)
    if session.specialites == offered_codes(exam.specialites, session.year):
        return possible
    return tuple(code for code in session.specialites if code in possible)


def _moved_past(instant: datetime, now: datetime) -> datetime:
    """The instant moved by whole steps until it lies after `now`."""
    steps = (now - instant).days // STEP_DAYS + 1
    moved = _days_later(instant, steps * STEP_DAYS)
    return moved if moved > now else _days_later(moved, STEP_DAYS)


def _days_later(instant: datetime, days: int) -> datetime:
    """Whole days later at the same time of day in Paris, so that daylight saving shifts no hour."""
    local = instant.astimezone(PARIS).replace(tzinfo=None) + timedelta(days=days)
    return local.replace(tzinfo=PARIS).astimezone(UTC)


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
    for name, of_session in by_session.items():
        academies = {opening_used.academie for opening_used in of_session}
        if removed := old.session(name):
            openings = tuple(opening for opening in removed.openings if opening.academie in academies)
            sessions.append(replace(removed, openings=openings))
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
