"""By how much an incident extends the periods of an opening that it cut."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from services.chassis.clock import to_paris
from services.contracts.api.administration import OpeningDates

_PERIODS = {"registration": ("opens", "closes"), "deposit": ("deposit_opens", "deposit_closes")}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cut:
    """`periods`, of PERIOD_LABELS, could not be used within [begins, ends)."""

    begins: datetime
    ends: datetime
    periods: Collection[str]


def extended(
    dates: OpeningDates, cut: Cut, extension_days: int | None, session_closes: datetime, at: datetime
) -> OpeningDates:
    """The dates that are proposed at `at`, never past the end of the session.

    A period was cut if it was open at any instant of the incident; so its end lies in the incident or after it. By the
    duration (`extension_days` is None) it is given the time back that it lost, counted from its end; from the end of
    the incident where that comes later. By days it ends that many days later at the same time of day in Paris. What has
    ended at `at` is opened again: the time is counted from the full hour that follows, days from the next such time.
    """
    moved = {}
    for period in cut.periods:
        begins, ends = (getattr(dates, name) for name in _PERIODS[period])
        if begins < cut.ends and cut.begins < ends:
            lost = min(ends, cut.ends) - max(begins, cut.begins)
            moved[_PERIODS[period][1]] = max(
                ends, min(_later(ends, cut.ends, lost, extension_days, at), session_closes)
            )
    return replace(dates, **moved)


def _later(ends: datetime, restored: datetime, lost: timedelta, days: int | None, at: datetime) -> datetime:
    usable_from = max(ends, restored)
    if usable_from < at:
        usable_from = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if days is None:
        return usable_from + lost
    whole_days = -((ends - usable_from) // _DAY)
    return (to_paris(ends) + timedelta(days=whole_days + days)).astimezone(UTC)
