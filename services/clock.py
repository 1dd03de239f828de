"""Two clocks. `portal_now` for rules, windows, texts and the life of mailed links: it can be
shifted for rehearsals. `system_now` for tokens, cookies, leases, retries and sessions, which a
shifted clock would break."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
YEARS = range(1900, 2200)
"""Of what people and tools may give as a date: far from the ends of what can be counted."""

_offset = timedelta()


def set_offset(seconds: float) -> None:
    """Shift the portal's clock by `seconds` (PORTAIL_OFFSET) for this process."""
    global _offset
    _offset = timedelta(seconds=seconds)


def offset() -> timedelta:
    return _offset


def system_now() -> datetime:
    return datetime.now(UTC)


def seconds_since(instant: datetime) -> float:
    """By the system's clock; 0 for an instant that another machine's clock has written ahead of
    ours."""
    return max(0.0, (system_now() - instant).total_seconds())


def portal_now() -> datetime:
    return system_now() + _offset


def to_paris(instant: datetime) -> datetime:
    return instant.astimezone(PARIS)


def full_years(birth: date, day: date) -> int:
    """The age on a day; a person born on 29 February becomes a year older on 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def end_of_day(day: date) -> datetime:
    """The exclusive end of a day in Paris: 00:00 of the next, whatever the daylight saving."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=PARIS)


def iso_utc(instant: datetime) -> str:
    """ISO 8601 in UTC, as events and stored JSON have it."""
    return instant.astimezone(UTC).isoformat()
