"""What every event contract shares: a type, its consumers, and its reading from plain JSON data."""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any, ClassVar, Self, TypeVar


class ContractError(ValueError):
    """The data of an event does not have the shape that its type promises."""


@dataclasses.dataclass(frozen=True)
class Contract:
    """An event's data. `to_data` gives JSON-ready values; `from_data` refuses missing or ill-typed ones and passes over
    those that it does not know."""

    TYPE: ClassVar[str]
    CONSUMERS: ClassVar[tuple[str, ...]]

    def to_data(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_data(cls, data: Any) -> Self:
        return typing.cast(Self, _read(cls, data, cls.__name__))


Part = TypeVar("Part")


def read(part: type[Part], data: Any) -> Part:
    """A part of a contract (an identity, a contact) read from plain data as strictly as a whole one."""
    return typing.cast(Part, _read(part, data, part.__name__))


def _read(expected: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(expected):
        return _read_dataclass(expected, value, where)
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin in (typing.Union, types.UnionType):
        return _read_optional(arguments, value, where)
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise ContractError(f"{where}: a list is expected")
        return tuple(_read(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(value))
    if type(value) is not expected:
        raise ContractError(f"{where}: {expected.__name__} is expected")
    return value


def _read_optional(arguments: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and type(None) in arguments:
        return None
    inner = next(argument for argument in arguments if argument is not type(None))
    return _read(inner, value, where)


def _read_dataclass(expected: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise ContractError(f"{where}: an object is expected")
    hints = typing.get_type_hints(expected)
    fields = {field.name: field for field in dataclasses.fields(expected)}
    missing = {name for name, field in fields.items() if name not in value and field.default is dataclasses.MISSING}
    if missing:
        raise ContractError(f"{where}: missing {sorted(missing)}")
    known = {name: item for name, item in value.items() if name in fields}  # a newer producer may have added others
    return expected(**{name: _read(hints[name], item, f"{where}.{name}") for name, item in known.items()})
