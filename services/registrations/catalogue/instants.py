"""Reads instants: `2021-10-25 12:00` in a time zone, or `{today: -10, at: "12:00"}` in
demonstration files."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.registrations.catalogue.fields import Fields
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.yaml_nodes import Node

_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(?::00)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HOUR = re.compile(r"\d{2}:\d{2}")
MAX_RELATIVE_DAYS = 3650  # of a demonstration's date, before or after today
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # stands for an instant that could not be read


def zone(fields: Fields, default: ZoneInfo) -> ZoneInfo:
    name = fields.optional("zone")
    if name is None:
        return default
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        fields.refuse(
            fields.node.entries["zone"],
            f"zone inconnue « {name} » : écrire par exemple Europe/Paris",
        )
        return default


class InstantReader:
    """Reads the instants of one opening or session. `demonstration`: relative instants are
    allowed."""

    def __init__(self, context: ReadingContext, in_zone: ZoneInfo, demonstration: bool) -> None:
        self._context = context
        self._zone = in_zone
        self._demonstration = demonstration
        self._today = context.now.astimezone(in_zone).date()

    def read(self, node: Node) -> datetime:
        """The instant in UTC; EPOCH and a mistake where it cannot be read."""
        local = self._relative(node) if node.kind == "map" else self._dated(node)
        if local is not None and local.time() == time(23, 59):
            day = "" if node.kind == "map" else f", ici {local.date() + timedelta(days=1)} 00:00"
            local = self._refused(node, f"23:59 n'est pas une fin : écrire le lendemain 00:00{day}")
        return EPOCH if local is None else self._unambiguous(node, local)

    def _dated(self, node: Node) -> datetime | None:
        match = _DATED.fullmatch(node.text) if node.kind == "scalar" else None
        if match is None:
            if _DAY.fullmatch(node.text):
                return self._refused(node, f"l'heure manque : écrire {node.text} 00:00")
            return self._refused(node, f"date illisible « {node.text} » : écrire 2021-10-25 12:00")
        try:
            return datetime.fromisoformat(f"{match[1]}T{match[2]}")
        except ValueError:
            return self._refused(
                node, f"date impossible « {node.text} » : vérifier le jour et l'heure"
            )

    def _relative(self, node: Node) -> datetime | None:
        if not self._demonstration:
            text = (
                "date relative hors démonstration : écrire la date, ou « demonstration: true » "
                "dans ce fichier"
            )
            return self._refused(node, text)
        with Fields(self._context, node, "une date relative") as fields:
            days = fields.integer("today")
            at = fields.optional("at") or "00:00"
        if days is None or abs(days) > MAX_RELATIVE_DAYS:
            text = (
                f'date relative : écrire {{today: -10, at: "12:00"}}, {MAX_RELATIVE_DAYS} jours au'
                " plus"
            )
            return self._refused(node, text)
        try:
            hour = time.fromisoformat(at) if _HOUR.fullmatch(at) else None
        except ValueError:
            hour = None
        if hour is None:
            return self._refused(node, f'heure impossible « {at} » : écrire "12:00"')
        return datetime.combine(self._today + timedelta(days=days), hour)

    def _unambiguous(self, node: Node, local: datetime) -> datetime:
        first = local.replace(tzinfo=self._zone)
        if first.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None) != local:
            text = "cette heure n'existe pas (passage à l'heure d'été, {})"
        elif first.utcoffset() != first.replace(fold=1).utcoffset():
            text = "cette heure existe deux fois (heure d'hiver, {})"
        else:
            return first.astimezone(UTC)
        self._context.refuse(node, f"{text.format(self._zone)} : en choisir une autre")
        return first.astimezone(UTC)

    def _refused(self, node: Node, text: str) -> datetime | None:
        self._context.refuse(node, text)
        return None
