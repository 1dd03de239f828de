"""The programs that do the work, run to their end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime


class Failed(Exception):
    """A program ended with an error; the message is its own last words."""


def run(*command: str, typed: str = "", environment: dict[str, str] | None = None, seconds: float | None = None) -> str:
    """Its output. Raises Failed."""
    try:
        done = subprocess.run(
            command,
            input=typed,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise Failed(f"{command[0]}: not within {seconds:g} s") from late
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise Failed(f"{command[0]} ended with {done.returncode}: {' / '.join(words)}")
    return done.stdout


def log(event: str, **said: object) -> None:
    """One line of JSON, as our other processes write them."""
    line = {"event": event, "level": said.pop("level", "info"), "timestamp": datetime.now(UTC).isoformat(), **said}
    print(json.dumps(line, ensure_ascii=False), file=sys.stdout, flush=True)
