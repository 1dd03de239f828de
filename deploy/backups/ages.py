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
    "backup_restored_age_seconds": "Since the databases were last restored from it; missing where they never were.",
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
        restored = postgres.restored_at()
        drill = {} if restored is None else {"backup_restored_age_seconds": now - restored}
        return {
            "backup_wal_age_seconds": since_start if wal is None else wal,
            "backup_age_seconds": now - (self.backups.any or self.started),
            "backup_objects_age_seconds": now - (objects.copied_at() or self.started),
            **drill,
        }

    def limits(self) -> dict[str, float]:
        """In seconds, by metric: beyond one of them the container is unhealthy, and an alert fires."""
        return {
            "backup_wal_age_seconds": MAX_WAL_AGE,
            "backup_age_seconds": MAX_BACKUP_AGE,
            "backup_objects_age_seconds": MAX_MISSED_COPIES * self.schedule.objects_seconds,
        }

    def alarms(self) -> list[str]:
        """« metric=seconds » for each age above its limit."""
        ages = self.now()
        return [f"{name}={ages[name]:.0f}" for name, limit in self.limits().items() if ages[name] > limit]

    def metrics(self) -> str:
        """In Prometheus' text format."""
        lines = [_gauge(name, HELP_TEXTS[name], age) for name, age in self.now().items()]
        lines += [
            _gauge(name.replace("_seconds", "_limit_seconds"), f"Beyond which {name} is an alarm.", limit)
            for name, limit in self.limits().items()
        ]
        lines.append("# HELP backup_failures_total Tries that failed.\n# TYPE backup_failures_total counter")
        lines += [f'backup_failures_total{{step="{step}"}} {self.failures[step]}' for step in ("backup", "objects")]
        has_full = self.backups.full is not None
        lines.append(_gauge("backup_full_there", "Whether there is a full backup.", has_full))
        return "\n".join(lines) + "\n"


def _gauge(name: str, help_text: str, value: float) -> str:
    return f"# HELP {name} {help_text}\n# TYPE {name} gauge\n{name} {value:.3f}"
