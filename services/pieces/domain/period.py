"""A deposit period, and instants as candidates read them.

Periods are half-open [opens, closes), compared as instants, shown in Paris time (guide §10).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.clock import to_paris
from services.french import short_date, shown_end, time_of_day, weekday_date


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
        """« A déposer en ligne entre le lundi 04 octobre 2021 et le dimanche 31 octobre 2021 23:59
        (heure/Paris) »

        The guide shows the hour of the end alone; that of the beginning is shown where it is not
        midnight.
        """
        end = shown_end(self.closes)
        opens = to_paris(self.opens)
        hour = "" if (opens.hour, opens.minute) == (0, 0) else f" {time_of_day(opens)}"
        until = f"{weekday_date(end)} {time_of_day(end)} (heure/Paris)"
        return f"A déposer en ligne entre le {weekday_date(opens)}{hour} et le {until}"

    def closed_reason(self, at: datetime) -> str:
        """The sentence that says why nothing can be deposited at `at`, outside the period."""
        if at < self.opens:
            return f"Le dépôt n'est pas encore ouvert : il ouvrira le {format_instant(self.opens)}."
        return f"Le dépôt est fermé depuis le {format_instant(shown_end(self.closes))}."


def format_instant(instant: datetime) -> str:
    """« 05/03/2021 15:59 (heure/Paris) »"""
    return f"{short_date(instant)} {time_of_day(instant)} (heure/Paris)"


def days_left(deadline: datetime, at: datetime) -> int:
    """Days of Paris from the day of `at` to the last day before the exclusive `deadline`; 0 on that
    day itself."""
    return (shown_end(deadline).date() - to_paris(at).date()).days


INSTANT_COUNTS = timedelta(minutes=30)
"""How long the instant of an upload's beginning counts for the deposit period."""


def deposit_instant(begun_at: Sequence[datetime], requested_at: datetime) -> datetime:
    """The instant that counts for the deposit period: when the first upload began, if that is less
    than INSTANT_COUNTS ago, else that of the request."""
    first = min(begun_at)
    return first if first <= requested_at < first + INSTANT_COUNTS else requested_at
