"""A posted text as pages, services and databases can hold it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request


def posted_text(name: str, source: Mapping[str, str] | None = None) -> str:
    """What was posted under that name (or stands in `source`), without NUL and outer blanks; empty without it."""
    return (request.form if source is None else source).get(name, "").replace("\x00", "").strip()
