"""When backups are due (one a day after a given hour, a full one a week, objects every few
minutes), and the ages of their parts, as metrics and as alarms, on the HTTP page that monitoring
reads."""

import contextlib
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from deploy.backups import objects, postgres
from deploy.backups.postgres import Backups
from deploy.backups.programs import touched_at

FULL_DAYS = 6.5  # a week, less the time that a backup may take
MAX_WAL_AGE = 300.0
MAX_BACKUP_AGE = 30 * 3600.0
MAX_MISSED_COPIES = 3
HELP_TEXTS = {
    "backup_wal_age_seconds": (
        "Since the newest WAL came to the repository: what a loss of PostgreSQL would cost."
    ),
    "backup_age_seconds": "Since the newest backup of PostgreSQL ended.",
    "backup_objects_age_seconds": "Since the last copy of the objects that was finished began.",
    "backup_restored_age_seconds": (
        "Since the databases were last restored from it; missing where they never were."
    ),
}
PORT = 8000


@dataclass(frozen=True)
class Schedule:
    """`hour` (UTC) after which the day's backup is made; seconds between two copies of the
    objects."""

    hour: int
    objects_seconds: float

    def backup_due(self, existing: Backups, now: float) -> str | None:
        """« full », « diff » or None."""
        if existing.full is None or existing.any is None:
            return "full"
        due_at = self._last_due(now)
        if existing.any >= due_at:
            return None
        return (
            "full" if existing.full < due_at - timedelta(days=FULL_DAYS).total_seconds() else "diff"
        )

    def objects_due(self, copied: float | None, now: float) -> bool:
        return copied is None or now - copied >= self.objects_seconds

    def _last_due(self, now: float) -> float:
        at = datetime.fromtimestamp(now, UTC)
        due_at = at.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return (due_at if due_at <= at else due_at - timedelta(days=1)).timestamp()


@dataclass
class Ages:
    """What is known of the repository; what was never made counts from the start of this
    process."""

    schedule: Schedule
    started: float = field(default_factory=time.time)
    backups: Backups = field(default_factory=Backups)
    failures: Counter[str] = field(default_factory=Counter)
    """By « backup » or « objects »."""

    def now(self) -> dict[str, float]:
        """Ages in seconds, by metric."""
        now = time.time()
        wal = postgres.wal_age()
        restored = touched_at(postgres.RESTORED)
        ages = {
            "backup_wal_age_seconds": now - self.started if wal is None else wal,
            "backup_age_seconds": now - (self.backups.any or self.started),
            "backup_objects_age_seconds": now - (touched_at(objects.LAST_COPY) or self.started),
        }
        return ages if restored is None else {**ages, "backup_restored_age_seconds": now - restored}

    def limits(self) -> dict[str, float]:
        """In seconds, by metric: beyond one of them the container is unhealthy, and an alert
        fires."""
        return {
            "backup_wal_age_seconds": MAX_WAL_AGE,
            "backup_age_seconds": MAX_BACKUP_AGE,
            "backup_objects_age_seconds": MAX_MISSED_COPIES * self.schedule.objects_seconds,
        }

    def alarms(self) -> list[str]:
        """« metric=seconds » for each age above its limit."""
        ages = self.now()
        return [
            f"{name}={ages[name]:.0f}"
            for name, limit in self.limits().items()
            if ages[name] > limit
        ]

    def metrics(self) -> str:
        """In Prometheus' text format."""
        lines = [_gauge(name, HELP_TEXTS[name], age) for name, age in self.now().items()]
        lines += [
            _gauge(
                name.replace("_seconds", "_limit_seconds"),
                f"Beyond which {name} is an alarm.",
                limit,
            )
            for name, limit in self.limits().items()
        ]
        lines.append(
            "# HELP backup_failures_total Tries that failed.\n# TYPE backup_failures_total counter"
        )
        lines += [
            f'backup_failures_total{{step="{step}"}} {self.failures[step]}'
            for step in ("backup", "objects")
        ]
        lines.append(
            _gauge(
                "backup_full_there",
                "Whether there is a full backup.",
                self.backups.full is not None,
            )
        )
        return "\n".join(lines) + "\n"


def _gauge(name: str, help_text: str, value: float) -> str:
    return f"# HELP {name} {help_text}\n# TYPE {name} gauge\n{name} {value:.3f}"


def serve(ages: Ages, port: int = PORT) -> None:
    """Answer until the process ends."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, "text/plain; version=0.0.4", ages.metrics())
            elif self.path == "/health/ready":
                alarms = ages.alarms()
                self._answer(
                    503 if alarms else 200, "application/json", json.dumps({"too_old": alarms})
                )
            else:
                self._answer(404, "text/plain", "")

        def log_message(self, format: str, *words: object) -> None:
            """Probes are not logged."""

        def _answer(self, status: int, kind: str, text: str) -> None:
            content = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # who asked has hung up
                self.wfile.write(content)

    ThreadingHTTPServer(("0.0.0.0", port), Page).serve_forever()  # noqa: S104 - the container's networks are inside
