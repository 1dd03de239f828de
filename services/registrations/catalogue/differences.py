"""The differences between two exams, one French line each, for `load-catalogue --dry-run`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from services.registrations.catalogue.serialising import to_data
from services.registrations.domain.exam_definition import Exam

# The keys that can name an item of a list, in order of preference.
_KEYS = ("code", "key", "academie", "name")
_SHOWN = 80


def differences(before: Exam | None, after: Exam) -> tuple[str, ...]:
    """Lines « BTS, sessions 2022, label : « a » → « b » »; one line for a new exam; none where nothing changes."""
    if before is None:
        return (f"+ {after.code} : nouvel examen, {len(after.sessions)} session(s)",)
    return tuple(_between(after.code, to_data(before), to_data(after)))


def _between(where: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _maps(where, old, new)
    elif isinstance(old, list) and isinstance(new, list) and _by_name(old) is not None and _by_name(new) is not None:
        before, after = _by_name(old) or {}, _by_name(new) or {}
        yield from _maps(where, before, after, " ")
        if before.keys() == after.keys() and list(before) != list(after):
            yield f"{where} : ordre {_shown(list(before))} → {_shown(list(after))}"
    else:
        yield f"{where} : {_shown(old)} → {_shown(new)}"


def _maps(where: str, old: dict[str, Any], new: dict[str, Any], between: str = ", ") -> Iterator[str]:
    for name in old.keys() - new.keys():
        yield f"- {where}{between}{name} : retiré"
    for name, value in new.items():
        if name not in old:
            yield f"+ {where}{between}{name} : ajouté {_shown(value)}"
        else:
            yield from _between(f"{where}{between}{name}", old[name], value)


def _by_name(items: list[Any]) -> dict[str, Any] | None:
    """The items by name (see `_KEYS`); None where they have no distinct names."""
    if not all(isinstance(item, dict) for item in items):
        return None
    by_name = {_name(item): item for item in items}
    return by_name if len(by_name) == len(items) and "" not in by_name else None


def _name(item: dict[str, Any]) -> str:
    name = next((str(item[key]) for key in _KEYS if item.get(key)), "")
    spans = [str(item.get(key) or "…") for key in ("first", "last")] if {"first", "last"} <= item.keys() else []
    return " ".join(part for part in (name, "-".join(spans)) if part)


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"« {text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''} »"
