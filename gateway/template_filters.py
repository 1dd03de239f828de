"""Jinja filters for instants and dates (shown in French, Paris time) and for sizes in bytes."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from services.chassis import french


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        date_and_time=french.short_instant,
        time_of_day=french.time_of_day,
        short_date=french.short_date,
        closing_time=closing_time,
        closing_time_iso=closing_time_iso,
        file_size=french.file_size,
    )


def closing_time(end: datetime) -> str:
    """An exclusive end as « 25/10/2021 à 23:59 »: midnight is shown as 23:59 of the day before."""
    return french.short_instant(french.shown_end(end))


def closing_time_iso(end: datetime) -> str:
    """The same instant as ISO 8601 with its offset, for <time datetime>."""
    return french.shown_end(end).isoformat()
