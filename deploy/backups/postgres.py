"""PostgreSQL's backups by pgBackRest: the stanza of our one cluster, its backups and WAL, and their
ages."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deploy.backups.programs import Failed, run

STANZA = "portail"
ARCHIVING = Path("/backups/archiving")
"""A marker file: once it exists, the cluster archives its WAL
(deploy/containers/backup/pgbackrest-archive)."""
RESTORED = Path("/backups/databases-restored")
"""A marker file; its modification time is when this repository was last restored from, in earnest
or to rehearse."""
WAL_AGE = "SELECT extract(epoch FROM now() - last_archived_time) FROM pg_stat_archiver"
QUERY_SECONDS = 5.0


@dataclass(frozen=True)
class Backups:
    """When the newest backups ended, in seconds since 1970; None where there is none."""

    full: float | None = None
    any: float | None = None


def pgbackrest(command: str, *options: str) -> str:
    """Raises Failed."""
    return run("pgbackrest", f"--stanza={STANZA}", *options, command)


def backups() -> Backups:
    """Raises Failed."""
    try:
        stanzas = json.loads(pgbackrest("info", "--output=json"))
        ends = [
            (backup["type"], float(backup["timestamp"]["stop"]))
            for stanza in stanzas
            for backup in stanza["backup"]
        ]
    except (ValueError, KeyError) as error:
        raise Failed("pgbackrest info: not as expected") from error
    return Backups(
        full=max((end for kind, end in ends if kind == "full"), default=None),
        any=max((end for _, end in ends), default=None),
    )


def wal_age() -> float | None:
    """Seconds since the newest WAL was archived; None where none ever was, or PostgreSQL does not
    answer."""
    command = (
        "psql",
        "--no-psqlrc",
        "--tuples-only",
        "--no-align",
        "--username=postgres",
        "--command",
        WAL_AGE,
    )
    try:
        return float(run(*command, "postgres", seconds=QUERY_SECONDS))
    except (Failed, ValueError):
        return None


def restore(until: datetime | None) -> None:
    """Restore the cluster into its empty folder, as at `until` or at the end of the archived WAL.
    Raises Failed.

    PostgreSQL replays the WAL when it starts, and accepts no connection before it has reached that
    point.
    """
    options = ["--recovery-option=hot_standby=off"]
    if until is not None:
        options += [
            "--type=time",
            f"--target={until:%Y-%m-%d %H:%M:%S.%f%z}",
            "--target-action=promote",
        ]
    pgbackrest("restore", *options)
    RESTORED.touch()
