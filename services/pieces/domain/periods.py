"""Deposit periods: half-open [opens, closes), compared as instants, shown in Paris time (guide §10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.chassis.clock import to_paris
from services.chassis.french import short_date, shown_end, time_of_day, weekday_date


@dataclass(frozen=True, order=True)
class Period:
    """Aware instants; ordered by opening, then by closing."""

    opens: datetime
    closes: datetime

    def is_open(self, at: datetime) -> bool:
        """From `opens` on, no longer at `closes` itself."""
        return self.opens <= at < self.closes

    @property
    def sentence(self) -> str:
        """« A déposer en ligne entre le lundi 04 octobre 2021 et le dimanche 31 octobre 2021 23:59 (heure/Paris) »

        The guide shows the hour of the end alone; that of the beginning is shown where it is not midnight.
        """
        end = shown_end(self.closes)
        opens = _format_opening(self.opens)
        return f"A déposer en ligne entre le {opens} et le {weekday_date(end)} {time_of_day(end)} (heure/Paris)"

    def closed_reason(self, at: datetime) -> str:
        """The sentence that says why nothing can be deposited at `at`, outside the period."""
        if at < self.opens:
            return f"Le dépôt n'est pas encore ouvert : il ouvrira le {format_instant(self.opens)}."
        return f"Le dépôt est fermé depuis le {format_instant(shown_end(self.closes))}."


def format_instant(instant: datetime) -> str:
    """« 05/03/2021 15:59 (heure/Paris) »"""
    return f"{short_date(instant)} {time_of_day(instant)} (heure/Paris)"


def _format_opening(opens: datetime) -> str:
    local = to_paris(opens)
    return (
        weekday_date(local) if (local.hour, local.minute) == (0, 0) else f"{weekday_date(local)} {time_of_day(local)}"
    )
