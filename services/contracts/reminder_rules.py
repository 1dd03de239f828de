"""When candidates are reminded of what is left to do: a ladder of days before a deadline, each rung
sent once."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
HOUR = 9
"""Of the day, in Paris, from which the mails of a rung are sent."""
MAX_DAYS = 60
"""The highest rung that a catalogue may ask for."""


def last_day(deadline: datetime) -> date:
    """The last day of which HOUR comes before the exclusive `deadline`: what « 0 days » means, in
    Paris."""
    local = deadline.astimezone(PARIS).replace(tzinfo=None)
    return (local - timedelta(hours=HOUR, microseconds=1)).date()


def rung_instant(deadline: datetime, days: int) -> datetime:
    """Return the instant from which the rung `days` before the exclusive `deadline` is sent."""
    return datetime.combine(last_day(deadline) - timedelta(days=days), time(HOUR), tzinfo=PARIS)


def current_rung(deadline: datetime, ladder: Collection[int], at: datetime) -> int | None:
    """The rung of `ladder` (days) to send at `at`: the last one reached; None before the first, and
    from `deadline` on.

    Rungs that were missed, as by a portal that stood still, are not sent afterwards.
    """
    if at >= deadline:
        return None
    return min((days for days in ladder if rung_instant(deadline, days) <= at), default=None)
