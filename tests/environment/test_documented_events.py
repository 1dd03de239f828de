"""The table « Events » of operations.md has every event with its producer and its consumers."""

from __future__ import annotations

import re
from pathlib import Path

from services.contracts import EVENTS

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


def test_every_event_is_described_with_who_publishes_and_who_consumes_it() -> None:
    section = OPERATIONS.read_text(encoding="utf-8").split("\n## Events\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([\w.]+)` \| (\w+) \| ([\w, ]+) \|$", section, re.MULTILINE)
    assert rows == [(event.TYPE, event.__module__.rsplit(".", 1)[1], ", ".join(event.CONSUMERS)) for event in EVENTS]
