"""pgBackRest's part: the stanza of our one cluster, its backups, and how old what is in the repository is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deploy.backups.programs import Failed, run

STANZA = "portail"
ARCHIVING = Path("/backups/archiving")
"""Once it is there, the cluster sends its WAL (deploy/containers/backup/pgbackrest-archive)."""
WAL_AGE = "SELECT extract(epoch FROM now() - last_archived_time) FROM pg_stat_archiver"
ASKED_SECONDS = 5.0


@dataclass(frozen=True)
class Backups:
    """When the newest backups ended, in seconds since 1970; None where there is none."""

    full: float | None = None
    any: float | None = None


def pgbackrest(command: str, *options: str) -> str:
    """Raises Failed."""
    return run("pgbackrest", f"--stanza={STANZA}", *options, command)


def prepare() -> None:
    """Make the repository ready, which may be done again, and let WAL come. Raises Failed."""
    pgbackrest("stanza-create")
    ARCHIVING.touch()


def backups() -> Backups:
    """Raises Failed."""
    try:
        known = json.loads(pgbackrest("info", "--output=json"))
        ends = [(one["type"], float(one["timestamp"]["stop"])) for stanza in known for one in stanza["backup"]]
    except (ValueError, KeyError) as error:
        raise Failed("pgbackrest info: not as expected") from error
    return Backups(
        full=max((end for kind, end in ends if kind == "full"), default=None),
        any=max((end for _, end in ends), default=None),
    )


def wal_age() -> float | None:
    """Seconds since the newest WAL came to the repository; None where none ever did, or nobody can say."""
    words = ("psql", "--no-psqlrc", "--tuples-only", "--no-align", "--username=postgres", "--command", WAL_AGE)
    try:
        return float(run(*words, "postgres", seconds=ASKED_SECONDS))
    except (Failed, ValueError):
        return None


def restore(until: datetime | None) -> None:
    """Put the cluster as it was then, or at the end of what was archived, into its empty folder. Raises Failed.

    PostgreSQL goes through the WAL when it starts, and answers nobody before it is there."""
    options = ["--recovery-option=hot_standby=off"]
    if until is not None:
        options += ["--type=time", f"--target={until:%Y-%m-%d %H:%M:%S.%f%z}", "--target-action=promote"]
    pgbackrest("restore", *options)
