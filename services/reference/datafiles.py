"""Reads the data files of this package; the only module that knows their folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def read_json(name: str) -> dict[str, Any]:
    """The parsed content of `data/<name>`."""
    with (DATA / name).open(encoding="utf-8") as file:
        content: dict[str, Any] = json.load(file)
    return content
