"""Running external programs to their end, and logging."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path


class Failed(Exception):
    """A program ended with an error; the message has its last lines."""


def run(*command: str, typed: str = "", seconds: float | None = None) -> str:
    """Run the command with `typed` on its standard input; returns its output. Raises Failed."""
    try:
        result = subprocess.run(
            command, input=typed, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise Failed(f"{command[0]}: not within {seconds:g} s") from late
    if result.returncode:
        last_lines = (result.stderr or result.stdout).strip().splitlines()[-5:]
        raise Failed(f"{command[0]} ended with {result.returncode}: {' / '.join(last_lines)}")
    return result.stdout


def touched_at(marker: Path) -> float | None:
    """The modification time of a marker file in seconds since 1970; None where there is none."""
    return marker.stat().st_mtime if marker.exists() else None


def log(event: str, **fields: object) -> None:
    """One line of JSON, as our other processes write them."""
    line = {
        "event": event,
        "level": fields.pop("level", "info"),
        "timestamp": datetime.now(UTC).isoformat(),
        **fields,
    }
    print(json.dumps(line, ensure_ascii=False), file=sys.stdout, flush=True)
