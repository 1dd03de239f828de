"""Instants and days as staff type and read them: « 25/10/2021 12:00 », Paris time.

The last minute of a day stands for its end (midnight), as pages show an exclusive end.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from services.chassis.clock import PARIS, YEARS, to_paris
from services.chassis.french import shown_end

FORMAT = "%d/%m/%Y %H:%M"
HINT = "JJ/MM/AAAA HH:MM, heure de Paris"
EXPECTED = "Une date et une heure sont attendues, par exemple 25/10/2021 12:00."
DAY_FORMAT = "%d/%m/%Y"
DAY_EXPECTED = "Une date est attendue, par exemple 30/05/1998."
_LAST_MINUTE = (23, 59)


def shown_instant(instant: datetime) -> str:
    """As it would be typed."""
    return to_paris(instant).strftime(FORMAT)


def shown_end_instant(end: datetime) -> str:
    """An exclusive end as it would be typed."""
    return shown_end(end).strftime(FORMAT)


def read_instant(text: str) -> datetime | None:
    """None for what is no instant, or does not exist when the clocks go forward."""
    try:
        typed = datetime.strptime(" ".join(text.split()), FORMAT).replace(tzinfo=PARIS)
        exists = to_paris(datetime.fromtimestamp(typed.timestamp(), PARIS)).replace(fold=0) == typed
    except (ValueError, OverflowError, OSError):
        return None
    return typed if exists and typed.year in YEARS else None


def read_day(text: str) -> date | None:
    """None for what is no day."""
    try:
        day = datetime.strptime("".join(text.split()), DAY_FORMAT).replace(tzinfo=PARIS).date()
    except ValueError:
        return None
    return day if day.year in YEARS else None


def read_end(text: str) -> datetime | None:
    """An exclusive end, None for what is no instant."""
    typed = read_instant(text)
    if typed is not None and (typed.hour, typed.minute) == _LAST_MINUTE:
        return typed + timedelta(minutes=1)
    return typed
