"""The dates of a candidature as a calendar file (iCalendar, RFC 5545), for any calendar
application."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from services.clock import portal_now
from services.contracts.api.pieces import PiecesToDo
from services.contracts.api.registrations import Tile
from services.french import shown_end

MEDIA_TYPE = "text/calendar; charset=utf-8"
REMINDER = timedelta(days=-1)


def calendar_file(tile: Tile, to_do: PiecesToDo | None, url: str) -> bytes:
    """One event, with a reminder the day before, for each date of the candidature; `url` leads to
    its page."""
    calendar = Calendar()
    calendar.add("prodid", "-//Portail candidat//FR")
    calendar.add("version", "2.0")
    for key, title, at in _dates(tile, to_do):
        calendar.add_component(_event(tile, key, f"{title} – {tile.session_label}", at, url))
    content: bytes = calendar.to_ical()
    return content


def _dates(tile: Tile, to_do: PiecesToDo | None) -> Iterator[tuple[str, str, datetime]]:
    """Of each the key by which a calendar replaces it when the file is imported again, and its
    title. Deadlines are exclusive ends: they are shown as on pages, midnight as 23:59 of the day
    before."""
    yield "inscription", "Fin des modifications de l'inscription", shown_end(tile.closes_at)
    if to_do is None:
        return
    for number, period in enumerate(to_do.periods, start=1):
        yield f"depot-{number}-debut", "Début du dépôt des justificatifs", period.opens
        yield f"depot-{number}-fin", "Fin du dépôt des justificatifs", shown_end(period.closes)
    for piece in to_do.resubmissions:
        key = f"piece-{piece.label.partition(' ')[0]}"
        yield key, f"Pièce à déposer à nouveau – {piece.label}", shown_end(piece.until)


def _event(tile: Tile, key: str, title: str, at: datetime, url: str) -> Event:
    event = Event()
    reminder = Alarm()
    event.add("uid", f"{tile.id}-{key}@portail-candidat")
    event.add("dtstamp", portal_now())
    event.add(
        "dtstart", at.astimezone(UTC)
    )  # a named time zone would have to be defined in the file
    event.add("summary", title)
    event.add(
        "description", f"{tile.exam_label} – {tile.session_label} – {tile.academie_label}\n{url}"
    )
    event.add("url", url)
    reminder.add("action", "DISPLAY")
    reminder.add("description", title)
    reminder.add("trigger", REMINDER)
    event.add_component(reminder)
    return event
