"""Answers of services for tests of pages, of which a test gives what it is about alone."""

from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args, get_type_hints

Answer = TypeVar("Answer")
_VALUES: dict[Any, Any] = {
    str: "",
    int: 0,
    bool: False,
    tuple: (),
    datetime: datetime(2021, 10, 31, 23, tzinfo=UTC),
}


def example_of(answer: type[Answer], **given: Any) -> Answer:
    """An answer with these members; the others are empty, or None where they may be."""
    types = get_type_hints(answer)
    needed = [field.name for field in fields(answer) if field.default is MISSING]  # type: ignore[arg-type]
    return answer(
        **{**{name: _example(types[name]) for name in needed if name not in given}, **given}
    )


def _example(kind: Any) -> Any:
    """Of a type: None where that is one of its values."""
    if type(None) in get_args(kind):
        return None
    return _VALUES[getattr(kind, "__origin__", kind)]
