"""When what is due: a backup a day after a given hour, a full one a week, objects every few minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from deploy.backups.postgres import Backups

FULL_DAYS = 6.5  # a week, however late in its night the last one ended


@dataclass(frozen=True)
class Schedule:
    """`hour` (UTC) after which the day's backup is made; seconds between two copies of the objects."""

    hour: int
    objects_seconds: float

    def backup_due(self, made: Backups, now: float) -> str | None:
        """« full », « diff » or None."""
        if made.full is None or made.any is None:
            return "full"
        turn = self._last_turn(now)
        if made.any >= turn:
            return None
        return "full" if made.full < turn - timedelta(days=FULL_DAYS).total_seconds() else "diff"

    def objects_due(self, copied: float | None, now: float) -> bool:
        return copied is None or now - copied >= self.objects_seconds

    def _last_turn(self, now: float) -> float:
        at = datetime.fromtimestamp(now, UTC)
        turn = at.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return (turn if turn <= at else turn - timedelta(days=1)).timestamp()
