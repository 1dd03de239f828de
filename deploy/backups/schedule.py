"""When backups are due: one a day after a given hour, a full one a week, objects every few minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from deploy.backups.postgres import Backups

FULL_DAYS = 6.5  # a week, less the time that a backup may take


@dataclass(frozen=True)
class Schedule:
    """`hour` (UTC) after which the day's backup is made; seconds between two copies of the objects."""

    hour: int
    objects_seconds: float

    def backup_due(self, existing: Backups, now: float) -> str | None:
        """« full », « diff » or None."""
        if existing.full is None or existing.any is None:
            return "full"
        due_at = self._last_due(now)
        if existing.any >= due_at:
            return None
        return "full" if existing.full < due_at - timedelta(days=FULL_DAYS).total_seconds() else "diff"

    def objects_due(self, copied: float | None, now: float) -> bool:
        return copied is None or now - copied >= self.objects_seconds

    def _last_due(self, now: float) -> float:
        at = datetime.fromtimestamp(now, UTC)
        due_at = at.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return (due_at if due_at <= at else due_at - timedelta(days=1)).timestamp()
