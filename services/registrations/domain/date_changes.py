"""A change of an opening's dates: what is wrong with it, and what it takes from those whom it
concerns; by how much an incident extends the periods that it cut."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from services.chassis.errors import FieldError
from services.clock import to_paris
from services.contracts.api.administration import OpeningDates
from services.french import short_instant, shown_end, time_left


@dataclass(frozen=True)
class _Period:
    """A window of an opening: half-open [begins, ends)."""

    begins: datetime
    ends: datetime

    @property
    def duration(self) -> timedelta:
        return self.ends - self.begins

    def is_open(self, at: datetime) -> bool:
        return self.begins <= at < self.ends


@dataclass(frozen=True)
class _Words:
    """What is said of a period whose dates change (French)."""

    of_period: str
    interrupted: str


REGISTRATION = "registration"
DEPOSIT = "deposit"
_REGISTRATION_WORDS = _Words("des inscriptions", "Qui s'inscrit en ce moment ne le pourra plus.")
_DEPOSIT_WORDS = _Words(
    "du dépôt des pièces", "Qui dépose ses pièces en ce moment ne le pourra plus."
)
_DAY = timedelta(days=1)
_BEFORE_ALL = ""  # an id that comes before those of all candidatures
REASON_MISSING = FieldError("#/reason", "Indiquez le motif du changement.")


@dataclass(frozen=True)
class OpeningState:
    """Which dates of an opening were announced last, and how far that was followed.

    `revision` grows with each change of the dates in force, wherever it comes from, and of the
    options of the session. `looked_through`: the id up to which candidatures were compared with the
    dates; None once all were.
    """

    revision: int
    looked_through: str | None

    def announce(self, *, has_candidatures: bool) -> "OpeningState":
        """Return the opening as other dates or options are announced, with which the candidatures
        that there are have to be compared."""
        return OpeningState(self.revision + 1, _BEFORE_ALL if has_candidatures else None)


def disorder(dates: OpeningDates) -> Iterator[FieldError]:
    if dates.opens >= dates.closes:
        yield FieldError("#/closes", "La fermeture doit suivre l'ouverture.")
    if dates.deposit_opens >= dates.deposit_closes:
        yield FieldError("#/deposit_closes", "La fin du dépôt doit suivre son début.")


def losses(before: OpeningDates, after: OpeningDates, at: datetime) -> Iterator[str]:
    """Yield a sentence for each thing that candidates have before and not after, to be read before
    it is changed."""
    yield from _losses(_REGISTRATION_WORDS, _registration(before), _registration(after), at)
    yield from _losses(_DEPOSIT_WORDS, _deposit(before), _deposit(after), at)


def _registration(dates: OpeningDates) -> _Period:
    return _Period(dates.opens, dates.closes)


def _deposit(dates: OpeningDates) -> _Period:
    return _Period(dates.deposit_opens, dates.deposit_closes)


def _losses(words: _Words, old: _Period, new: _Period, at: datetime) -> Iterator[str]:
    old_end = short_instant(shown_end(old.ends))
    new_end = short_instant(shown_end(new.ends))
    if new.begins > old.begins:
        yield (
            f"L'ouverture {words.of_period} est reculée du {short_instant(old.begins)} au "
            f"{short_instant(new.begins)}."
        )
    if new.ends < old.ends:
        yield f"La fermeture {words.of_period} est avancée du {old_end} au {new_end}."
    if new.duration < old.duration:
        lasted = time_left(old.duration)
        lasts = time_left(new.duration)
        yield f"La durée {words.of_period} passe de {lasted} à {lasts}."
    if new.ends != old.ends and new.ends <= at:
        yield f"La fermeture {words.of_period} est déjà passée : {new_end}."
    if old.is_open(at) and not new.is_open(at):
        yield words.interrupted


@dataclass(frozen=True, kw_only=True)
class DateChange:
    """The dates that an opening, read with this revision, is to have. One that is None stays as it
    is."""

    opening_id: str
    revision: int
    opens: datetime | None = None
    closes: datetime | None = None
    deposit_opens: datetime | None = None
    deposit_closes: datetime | None = None

    def applied_to(self, before: OpeningDates) -> OpeningDates:
        """Return the dates that hold once this change is made."""
        return OpeningDates(
            opens=self.opens or before.opens,
            closes=self.closes or before.closes,
            deposit_opens=self.deposit_opens or before.deposit_opens,
            deposit_closes=self.deposit_closes or before.deposit_closes,
        )


@dataclass(frozen=True)
class Cut:
    """An incident: `periods` (REGISTRATION, DEPOSIT) could not be used within [begins, ends)."""

    begins: datetime
    ends: datetime
    periods: Collection[str]


def extended(
    dates: OpeningDates,
    cut: Cut,
    extension_days: int | None,
    session_closes: datetime,
    at: datetime,
) -> OpeningDates:
    """Return the dates that are proposed at `at`, never past the end of the session.

    A period was cut if it was open at any instant of the incident; so its end lies in the incident
    or after it. By the duration (`extension_days` is None) it is given the time back that it lost,
    counted from its end; from the end of the incident where that comes later. By days it ends that
    many days later at the same time of day in Paris. What has ended at `at` is opened again: the
    time is counted from the full hour that follows, days from the next such time.
    """
    closes = dates.closes
    deposit_closes = dates.deposit_closes
    if REGISTRATION in cut.periods:
        later = _extended_end(_registration(dates), cut, extension_days, at)
        closes = max(closes, min(later, session_closes))
    if DEPOSIT in cut.periods:
        later = _extended_end(_deposit(dates), cut, extension_days, at)
        deposit_closes = max(deposit_closes, min(later, session_closes))
    return replace(dates, closes=closes, deposit_closes=deposit_closes)


def _extended_end(period: _Period, cut: Cut, days: int | None, at: datetime) -> datetime:
    """Return the end that makes up for the incident; the period's own where it was not cut."""
    if period.begins >= cut.ends or cut.begins >= period.ends:
        return period.ends
    lost = min(period.ends, cut.ends) - max(period.begins, cut.begins)
    return _later(period.ends, cut.ends, lost, days, at)


def _later(
    ends: datetime, restored: datetime, lost: timedelta, days: int | None, at: datetime
) -> datetime:
    usable_from = max(ends, restored)
    if usable_from < at:
        usable_from = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if days is None:
        return usable_from + lost
    whole_days = -((ends - usable_from) // _DAY)
    return (to_paris(ends) + timedelta(days=whole_days + days)).astimezone(UTC)
