"""Ages of the backups' parts, as metrics and as alarms."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from deploy.backups import objects, postgres
from deploy.backups.postgres import Backups
from deploy.backups.schedule import Schedule

MAX_WAL_AGE = 300.0
MAX_BACKUP_AGE = 30 * 3600.0
MAX_MISSED_COPIES = 3
HELP_TEXTS = {
    "backup_wal_age_seconds": "Since the newest WAL came to the repository: what a loss of PostgreSQL would cost.",
    "backup_age_seconds": "Since the newest backup of PostgreSQL ended.",
    "backup_objects_age_seconds": "Since the last copy of the objects that was finished began.",
}


@dataclass
class Ages:
    """What is known of the repository; what was never made counts from the start of this process."""

    schedule: Schedule
    started: float = field(default_factory=time.time)
    backups: Backups = field(default_factory=Backups)
    failures: Counter[str] = field(default_factory=Counter)
    """By « backup » or « objects »."""

    def now(self) -> dict[str, float]:
        """Ages in seconds, by metric."""
        now = time.time()
        since_start = now - self.started
        wal = postgres.wal_age()
        return {
            "backup_wal_age_seconds": since_start if wal is None else wal,
            "backup_age_seconds": now - (self.backups.any or self.started),
            "backup_objects_age_seconds": now - (objects.copied_at() or self.started),
        }

    def alarms(self) -> list[str]:
        """« metric=seconds » for each age above its limit."""
        limits = {
            "backup_wal_age_seconds": MAX_WAL_AGE,
            "backup_age_seconds": MAX_BACKUP_AGE,
            "backup_objects_age_seconds": MAX_MISSED_COPIES * self.schedule.objects_seconds,
        }
        return [f"{name}={age:.0f}" for name, age in self.now().items() if age > limits[name]]

    def metrics(self) -> str:
        """In Prometheus' text format."""
        lines = [
            f"# HELP {name} {HELP_TEXTS[name]}\n# TYPE {name} gauge\n{name} {age:.3f}"
            for name, age in self.now().items()
        ]
        lines.append("# HELP backup_failures_total Tries that failed.\n# TYPE backup_failures_total counter")
        lines += [f'backup_failures_total{{step="{step}"}} {self.failures[step]}' for step in ("backup", "objects")]
        has_full = 0 if self.backups.full is None else 1
        lines.append("# HELP backup_full_there Whether there is a full backup.\n# TYPE backup_full_there gauge")
        lines.append(f"backup_full_there {has_full}")
        return "\n".join(lines) + "\n"
