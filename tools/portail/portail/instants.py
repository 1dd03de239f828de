"""Dates and hours as users type them, in the time of Paris."""

from __future__ import annotations

from datetime import UTC, datetime

from portail.failures import ExitCode, Failure
from portail.output import PARIS

FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M")


def instant_of(typed: str) -> str:
    """« 2021-11-20 12:00 » or « 20/11/2021 12:00 », in Paris, as the API takes it. Raises Failure."""
    for form in FORMS:
        try:
            instant = datetime.strptime(typed.strip(), form).replace(tzinfo=PARIS)
        except ValueError:
            continue
        if instant.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) != instant.replace(tzinfo=None):
            raise Failure(f"« {typed} » n'existe pas : l'heure change ce jour-là.", ExitCode.USAGE)
        return instant.isoformat()
    raise Failure(f"« {typed} » n'est pas une date avec son heure (AAAA-MM-JJ HH:MM).", ExitCode.USAGE)
