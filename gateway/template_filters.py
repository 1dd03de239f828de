"""Jinja filters for ISO instants and dates (shown in French, Paris time) and for sizes in bytes."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask

from services.chassis.french import date_courte, fin_affichee, heure, instant_court, taille


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        date_and_time=date_and_time,
        time_of_day=time_of_day,
        short_date=short_date,
        closing_time=closing_time,
        closing_time_iso=closing_time_iso,
        file_size=taille,
    )


def date_and_time(text: str) -> str:
    """An ISO instant as « 04/10/2021 à 14:08 »."""
    return instant_court(datetime.fromisoformat(text))


def time_of_day(text: str) -> str:
    """An ISO instant as « 14:08 »."""
    return heure(datetime.fromisoformat(text))


def closing_time(text: str) -> str:
    """An exclusive end (ISO instant) as « 25/10/2021 à 23:59 »: midnight is shown as 23:59 of the day before."""
    return instant_court(fin_affichee(datetime.fromisoformat(text)))


def closing_time_iso(text: str) -> str:
    """The same instant as ISO 8601 with its offset, for <time datetime>."""
    return fin_affichee(datetime.fromisoformat(text)).isoformat()


def short_date(text: str) -> str:
    """An ISO date as « 04/10/2021 »."""
    return date_courte(date.fromisoformat(text))
