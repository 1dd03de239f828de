"""docker-compose.yml as Compose reads it where an operator has set nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
_INNER = re.compile(r"\$\{(\w+):-([^${}]*)\}")


def expanded(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The text as Compose reads it where nothing is set, and each ${NAME:-default} in it, from the inside out."""
    defaults: list[tuple[str, str]] = []
    while match := _INNER.search(text):
        defaults.append((match[1], match[2]))
        text = text[: match.start()] + match[2] + text[match.end() :]
    return text, defaults


_TEXT, COMPOSE_DEFAULTS = expanded(COMPOSE.read_text(encoding="utf-8"))
COMPOSE_SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(_TEXT)["services"]
"""The file's services by name."""
