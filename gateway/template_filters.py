"""Jinja filters for instants and dates (shown in French, Paris time) and for sizes in bytes."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask

from services.chassis import french


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        date_and_time=date_and_time,
        time_of_day=time_of_day,
        short_date=short_date,
        closing_time=closing_time,
        closing_time_iso=closing_time_iso,
        file_size=french.file_size,
    )


def date_and_time(instant: datetime | str) -> str:
    """An instant as « 04/10/2021 à 14:08 »."""
    return french.short_instant(_read(instant))


def time_of_day(instant: datetime | str) -> str:
    """An instant as « 14:08 »."""
    return french.time_of_day(_read(instant))


def closing_time(instant: datetime | str) -> str:
    """An exclusive end as « 25/10/2021 à 23:59 »: midnight is shown as 23:59 of the day before."""
    return french.short_instant(french.shown_end(_read(instant)))


def closing_time_iso(instant: datetime | str) -> str:
    """The same instant as ISO 8601 with its offset, for <time datetime>."""
    return french.shown_end(_read(instant)).isoformat()


def short_date(day: date | str) -> str:
    """A date as « 04/10/2021 »."""
    return french.short_date(date.fromisoformat(day) if isinstance(day, str) else day)


def _read(instant: datetime | str) -> datetime:
    return datetime.fromisoformat(instant) if isinstance(instant, str) else instant
