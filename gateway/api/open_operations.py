"""Which operations of the services are open to tools: those of staff that a token may do, and those of everyone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.contracts.account_rules import SESSION_ONLY_SCOPES

_CLOSED_PATHS = ("sessions", "tokens", "tools/")
"""Of the portal's own processes, whatever a token may do."""
METHODS = ("get", "post", "put", "patch", "delete")


def is_closed(path: str) -> bool:
    """Whether a path (without « /v1/ ») is never open to tools."""
    return path.startswith(_CLOSED_PATHS)


def only_open(description: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI description with what tools may call alone."""
    open_parts = {path: _open_part(path, item) for path, item in description["paths"].items()}
    paths = {path: item for path, item in open_parts.items() if set(METHODS) & item.keys()}
    return {**description, "paths": paths}


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """(path, method, operation, its path's item) of each, by path."""
    for path, item in sorted(description["paths"].items()):
        for method in METHODS:
            if method in item:
                yield path, method, item[method], item


def scopes_of(operation: dict[str, Any]) -> list[str] | None:
    """What a token needs; None where everyone may call."""
    ways = operation["security"]
    return next((way["staff"] for way in ways if "staff" in way), []) if ways else None


def _open_part(path: str, item: dict[str, Any]) -> dict[str, Any]:
    if not path.startswith("/v1/") or is_closed(path.removeprefix("/v1/")):
        return {}
    return {name: value for name, value in item.items() if name not in METHODS or _is_open(value)}


def _is_open(operation: dict[str, Any]) -> bool:
    ways = operation["security"]
    return not ways or any("staff" in way and SESSION_ONLY_SCOPES.isdisjoint(way["staff"]) for way in ways)
