"""`python3 -m deploy.backups …`, in the image « backup »:

run                            make backups and copies when they are due, until it is stopped probe
exit 1, and say why, where a backup is too old restore databases [INSTANT]    PostgreSQL into its
empty volume, as it was then (ISO 8601 with a zone) or at the latest restore objects
objects that the store does not have, into the store
"""

import os
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime

from deploy.backups import objects, postgres
from deploy.backups.ages import PORT, Ages, Schedule, serve
from deploy.backups.programs import Failed, log, touched_at

CHECK_SECONDS = 5.0
AFTER_FAILURE_SECONDS = 30.0


def main() -> None:
    os.umask(0o077)
    try:
        match sys.argv[1:]:
            case ["run"]:
                run()
            case ["probe"]:
                probe()
            case ["restore", "databases", *instant] if len(instant) <= 1:
                postgres.restore(_instant(instant[0]) if instant else None)
            case ["restore", "objects"]:
                objects.copy_back()
            case _:
                sys.exit(__doc__)
    except (Failed, OSError) as error:
        sys.exit(str(error))


def run() -> None:
    schedule = Schedule(
        hour=int(os.environ.get("BACKUP_HOUR", "2")),
        objects_seconds=60 * float(os.environ.get("BACKUP_OBJECTS_MINUTES", "10")),
    )
    ages = Ages(schedule)
    for step, attempt in (("backup", _back_up), ("objects", _copy_objects)):
        threading.Thread(target=_repeat, args=(step, attempt, ages), daemon=True).start()
    serve(ages)


def probe() -> None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health/ready", timeout=10):
            return
    except urllib.error.HTTPError as error:
        sys.exit(error.read().decode())
    except OSError as error:
        sys.exit(f"no answer: {error}")


def _back_up(ages: Ages) -> None:
    if not postgres.ARCHIVING.exists():
        postgres.pgbackrest("stanza-create")  # which may be repeated
        postgres.ARCHIVING.touch()
        log("archiving_begun")
    ages.backups = postgres.backups()
    if kind := ages.schedule.backup_due(ages.backups, time.time()):
        started = time.monotonic()
        postgres.pgbackrest("backup", f"--type={kind}")
        log("backup_made", type=kind, seconds=round(time.monotonic() - started, 1))
        ages.backups = postgres.backups()


def _copy_objects(ages: Ages) -> None:
    if ages.schedule.objects_due(touched_at(objects.LAST_COPY), time.time()):
        started = time.monotonic()
        objects.copy_out()
        log("objects_copied", seconds=round(time.monotonic() - started, 1))


def _repeat(step: str, attempt: Callable[[Ages], None], ages: Ages) -> None:
    while True:
        pause = CHECK_SECONDS
        try:
            attempt(ages)
        except (Failed, OSError) as error:
            ages.failures[step] += 1
            log(f"{step}_failed", level="error", reason=str(error))
            pause = AFTER_FAILURE_SECONDS
        time.sleep(pause)


def _instant(text: str) -> datetime:
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        sys.exit(f"{text}: an instant is expected, such as 2026-11-25T17:00:00+01:00")
    if until.tzinfo is None:
        sys.exit(f"{text}: of which zone? 2026-11-25T17:00:00+01:00")
    return until


if __name__ == "__main__":
    main()
