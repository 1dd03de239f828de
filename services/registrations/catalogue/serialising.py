"""Exams as JSON and back, and their digest, by which a version of a candidature names its catalogue revision."""

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, cast

from services.chassis.clock import iso_utc
from services.registrations.domain.conditions import All, AnyOf, Condition, Not, Test
from services.registrations.domain.exam_definition import Exam


def to_data(exam: Exam) -> dict[str, Any]:
    """JSON-ready values; instants in ISO 8601, UTC."""
    data: dict[str, Any] = _data(exam)
    return data


def from_data(data: Mapping[str, Any]) -> Exam:
    """The exam that `to_data` wrote, without what a later version added. Raises KeyError or TypeError for anything
    else."""
    exam: Exam = _value(Exam, data)
    return exam


def digest(exam: Exam) -> str:
    """SHA-256 (hexadecimal) of the exam's canonical JSON."""
    text = json.dumps(to_data(exam), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _data(value: Any) -> Any:
    match value:
        case Test(subject, operator, compared):
            return {"test": [subject, operator, _data(compared)]}
        case All(parts):
            return {"all": [_data(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [_data(part) for part in parts]}
        case Not(part):
            return {"not": _data(part)}
        case datetime():
            return iso_utc(value)
        case Mapping():
            return {key: _data(item) for key, item in value.items()}
        case tuple() | list():
            return [_data(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {field.name: _data(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


def _value(expected: Any, data: Any) -> Any:
    if data is None or expected is Any:
        return _frozen(data)
    if expected == Condition:
        return _condition(data)
    if expected is datetime:
        return datetime.fromisoformat(data)
    if dataclasses.is_dataclass(expected):
        return _dataclass(cast(type, expected), data)
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin in (typing.Union, types.UnionType):
        return _optional(arguments, data)
    if origin is tuple:
        return tuple(_value(arguments[0], item) for item in data)
    if origin is Mapping:
        return {key: _value(arguments[1], item) for key, item in data.items()}
    return data


def _dataclass(expected: type, data: Mapping[str, Any]) -> Any:
    hints = _hints(expected)
    return expected(**{name: _value(hints[name], item) for name, item in data.items() if name in hints})


def _optional(arguments: tuple[Any, ...], data: Any) -> Any:
    """`X | None` with data that is not None; `Condition | None` is a union of four and None."""
    inner = [argument for argument in arguments if argument is not type(None)]
    return _condition(data) if Test in inner else _value(inner[0], data)


def _condition(data: Mapping[str, Any]) -> Condition:
    ((name, inner),) = data.items()
    match name:
        case "test":
            subject, operator, value = inner
            return Test(subject, operator, _frozen(value))
        case "all":
            return All(tuple(_condition(part) for part in inner))
        case "any":
            return AnyOf(tuple(_condition(part) for part in inner))
        case "not":
            return Not(_condition(inner))
    raise TypeError(f"unknown condition {name!r}")


def _frozen(value: Any) -> Any:
    """Lists as tuples, at every depth, as the readers of the files give them."""
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return value


@cache
def _hints(expected: type) -> dict[str, Any]:
    return typing.get_type_hints(expected)
