"""How templates show instants, days and sizes (French, Paris time)."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask

from services.chassis.french import date_courte, fin_affichee, heure, instant_court, taille


def register(app: Flask) -> None:
    app.jinja_env.filters.update(instant=instant, heure=heure_de, jour=jour, fin=fin, fin_iso=fin_iso, taille=taille)


def instant(text: str) -> str:
    """An ISO instant as « 04/10/2021 à 14:08 »."""
    return instant_court(datetime.fromisoformat(text))


def heure_de(text: str) -> str:
    """Its hour alone, « 14:08 »."""
    return heure(datetime.fromisoformat(text))


def fin(text: str) -> str:
    """The same for an exclusive end: midnight is shown as 23:59 of the day before."""
    return instant_court(fin_affichee(datetime.fromisoformat(text)))


def fin_iso(text: str) -> str:
    """The same as ISO 8601 with its offset, for <time datetime>."""
    return fin_affichee(datetime.fromisoformat(text)).isoformat()


def jour(text: str) -> str:
    """An ISO date as « 04/10/2021 »."""
    return date_courte(date.fromisoformat(text))
