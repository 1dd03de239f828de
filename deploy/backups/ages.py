"""How old each part of the backups is, as metrics and as alarms."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from deploy.backups import objects, postgres
from deploy.backups.postgres import Backups
from deploy.backups.schedule import Schedule

LONGEST_WAL = 300.0
LONGEST_BACKUP = 30 * 3600.0
COPIES_MISSED = 3
TEXT = {
    "backup_wal_age_seconds": "Since the newest WAL came to the repository: what a loss of PostgreSQL would cost.",
    "backup_age_seconds": "Since the newest backup of PostgreSQL ended.",
    "backup_objects_age_seconds": "Since the last copy of the objects that was finished began.",
}


@dataclass
class Ages:
    """What is known of the repository; what was never done counts from the start of this process."""

    schedule: Schedule
    started: float = field(default_factory=time.time)
    backups: Backups = field(default_factory=Backups)
    failures: Counter[str] = field(default_factory=Counter)
    """By « backup » or « objects »."""

    def now(self) -> dict[str, float]:
        """By metric, in seconds."""
        now = time.time()
        never = now - self.started
        wal = postgres.wal_age()
        return {
            "backup_wal_age_seconds": never if wal is None else wal,
            "backup_age_seconds": now - (self.backups.any or self.started),
            "backup_objects_age_seconds": now - (objects.copied_at() or self.started),
        }

    def alarms(self) -> list[str]:
        """Metrics that are older than they may be."""
        longest = {
            "backup_wal_age_seconds": LONGEST_WAL,
            "backup_age_seconds": LONGEST_BACKUP,
            "backup_objects_age_seconds": COPIES_MISSED * self.schedule.objects_seconds,
        }
        return [f"{name}={age:.0f}" for name, age in self.now().items() if age > longest[name]]

    def metrics(self) -> str:
        """In Prometheus' text format."""
        lines = [
            f"# HELP {name} {TEXT[name]}\n# TYPE {name} gauge\n{name} {age:.3f}" for name, age in self.now().items()
        ]
        lines.append("# HELP backup_failures_total Tries that failed.\n# TYPE backup_failures_total counter")
        lines += [f'backup_failures_total{{step="{step}"}} {self.failures[step]}' for step in ("backup", "objects")]
        made = 0 if self.backups.full is None else 1
        lines.append("# HELP backup_full_there Whether there is a full backup.\n# TYPE backup_full_there gauge")
        lines.append(f"backup_full_there {made}")
        return "\n".join(lines) + "\n"
