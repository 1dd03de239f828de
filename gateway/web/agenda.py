"""The dates of a candidature as a calendar file (iCalendar, RFC 5545), for any agenda."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from gateway.clients.pieces import Left
from gateway.clients.registrations import Tile
from services.chassis.clock import portal_now
from services.chassis.french import fin_affichee

MEDIA_TYPE = "text/calendar; charset=utf-8"
REMINDER = timedelta(days=-1)


@dataclass(frozen=True)
class Moment:
    """`key` names it within its candidature, so that an agenda replaces it when the file is opened again."""

    key: str
    title: str
    at: datetime


def agenda(tile: Tile, left: Left | None, url: str) -> bytes:
    """One event, with a reminder the day before, for each date of the candidature; `url` leads to its page."""
    calendar = Calendar()
    calendar.add("prodid", "-//Portail candidat//FR")
    calendar.add("version", "2.0")
    for moment in moments(tile, left):
        calendar.add_component(_event(tile, moment, url))
    content: bytes = calendar.to_ical()
    return content


def moments(tile: Tile, left: Left | None) -> Iterator[Moment]:
    """Deadlines are exclusive ends: an agenda shows them as pages do, midnight as 23:59."""
    yield Moment("inscription", "Fin des modifications de l'inscription", _end(tile.closes_at))
    if left is None:
        return
    for number, period in enumerate(left.periods, start=1):
        yield Moment(f"depot-{number}-debut", "Début du dépôt des justificatifs", datetime.fromisoformat(period.opens))
        yield Moment(f"depot-{number}-fin", "Fin du dépôt des justificatifs", _end(period.closes))
    for piece in left.resubmissions:
        title = f"Pièce refusée à déposer à nouveau – {piece.label}"
        yield Moment(f"piece-{piece.label.partition(' ')[0]}", title, _end(piece.until))


def _event(tile: Tile, moment: Moment, url: str) -> Event:
    event, reminder = Event(), Alarm()
    title = f"{moment.title} – {tile.session_label}"
    event.add("uid", f"{tile.id}-{moment.key}@portail-candidat")
    event.add("dtstamp", portal_now())
    event.add("dtstart", moment.at.astimezone(UTC))  # a zone that is named would have to be defined
    event.add("summary", title)
    event.add("description", f"{tile.exam_label} – {tile.session_label} – {tile.academie_label}\n{url}")
    event.add("url", url)
    reminder.add("action", "DISPLAY")
    reminder.add("description", title)
    reminder.add("trigger", REMINDER)
    event.add_component(reminder)
    return event


def _end(text: str) -> datetime:
    return fin_affichee(datetime.fromisoformat(text))
