"""Dates and sizes as French pages write them. Instants are aware; they are shown in Paris time."""

import unicodedata
from datetime import date, datetime, timedelta
from math import ceil

from services.clock import to_paris

MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def short_date(day: date) -> str:
    """04/10/2021"""
    return (to_paris(day) if isinstance(day, datetime) else day).strftime("%d/%m/%Y")


def time_of_day(instant: datetime) -> str:
    """14:08"""
    return to_paris(instant).strftime("%H:%M")


def short_instant(instant: datetime) -> str:
    """04/10/2021 à 14:08"""
    return f"{short_date(instant)} à {time_of_day(instant)}"


def long_date(day: date) -> str:
    """01 octobre 2021"""
    day = to_paris(day) if isinstance(day, datetime) else day
    return f"{day.day:02d} {MOIS[day.month - 1]} {day.year}"


def long_instant(instant: datetime) -> str:
    """01 octobre 2021 12:00"""
    return f"{long_date(instant)} {time_of_day(instant)}"


def weekday_date(day: date) -> str:
    """lundi 04 octobre 2021"""
    day = to_paris(day) if isinstance(day, datetime) else day
    return f"{JOURS[day.weekday()]} {long_date(day)}"


def shown_end(end: datetime) -> datetime:
    """The instant to show for an exclusive end: midnight is shown as 23:59 of the day before."""
    local = to_paris(end)
    return (
        local - timedelta(minutes=1)
        if (local.hour, local.minute, local.second) == (0, 0, 0)
        else local
    )


def alphabetical(text: str) -> str:
    """Sort key of French lists: letters without accents and case."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def time_left(left: timedelta) -> str:
    """Remaining time, rounded down: « 3 jours », « 5 heures », « 12 minutes », « moins d'une minute
    »."""
    minutes = int(left.total_seconds()) // 60
    for size, unit in ((24 * 60, "jours"), (60, "heures"), (1, "minutes")):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit}"
    return "1 minute" if minutes == 1 else "moins d'une minute"


def number(value: int) -> str:
    """17 035, with a narrow no-break space."""
    return f"{value:,}".replace(",", "\u202f")


def file_size(size: int) -> str:
    """Bytes as octets, Ko or Mo (1024-based, as the guide's « 5 Mo »): "812 octets", "48 Ko", "1,5
    Mo". Rounded up, so that what exceeds « 5 Mo » is never called « 5 Mo » itself."""
    if size < 1024:
        return f"{size} octet{'s' if size > 1 else ''}"
    if size <= 1023 * 1024:
        return f"{ceil(size / 1024)} Ko"
    return f"{ceil(size * 10 / 1024 / 1024) / 10:.1f}".replace(".", ",").removesuffix(",0") + " Mo"
