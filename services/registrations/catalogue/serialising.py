"""Exams as JSON and back, and their digest, by which a version of a candidature names its catalogue
revision."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from services.clock import iso_utc
from services.registrations.domain.conditions import All, AnyOf, Condition, Not, Test
from services.registrations.domain.exam_definition import Exam


def to_data(exam: Exam) -> dict[str, Any]:
    """JSON-ready values; instants in ISO 8601, UTC."""
    return dict(_data(exam))


def from_data(data: Mapping[str, Any]) -> Exam:
    """The exam that `to_data` wrote, without what a later version added. Raises TypeError or
    msgspec's ValidationError for anything else."""
    return msgspec.convert(_frozen(data), Exam, dec_hook=lambda _, condition: _condition(condition))


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
        return {
            field.name: _data(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    return value


def _condition(data: Mapping[str, Any]) -> Condition:
    ((name, inner),) = data.items()
    match name:
        case "test":
            return Test(*inner)
        case "all":
            return All(tuple(map(_condition, inner)))
        case "any":
            return AnyOf(tuple(map(_condition, inner)))
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
