"""What every event contract shares: a type, its consumers, and its reading from plain JSON data.
And codes with what people read in their place."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar, dataclass_transform


class Labelled(StrEnum):
    """Codes, each with what people read in its place."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Self:  # looked up by its code alone
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


class ContractError(ValueError):
    """The data of an event does not have the shape that its type promises."""


@dataclass_transform(frozen_default=True)
class Contract:
    """An event's data: each class of events is a frozen dataclass, with its versioned `type` and
    its `consumers`. `to_data` gives JSON-ready values; `from_data` refuses missing or ill-typed
    ones and passes over those that it does not know."""

    TYPE: ClassVar[str]
    CONSUMERS: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, type: str, consumers: tuple[str, ...]) -> None:
        cls.TYPE = type
        cls.CONSUMERS = consumers
        dataclass(frozen=True)(cls)

    def to_data(self) -> dict[str, Any]:
        return data_of(self)

    @classmethod
    def from_data(cls, data: object) -> Self:
        return read(cls, data)


Part = TypeVar("Part")


def read(part: type[Part], data: object) -> Part:
    """Read a part of a contract (an identity, a contact) from plain data as strictly as a whole
    one. Raises ContractError that names the place, never what stands there."""
    # here: the types of events are also read where there is Python alone (the containers' secrets)
    import msgspec

    try:
        return msgspec.convert(data, part)
    except msgspec.ValidationError as wrong:
        raise ContractError(f"{part.__name__}: {wrong}") from None


def read_json(part: type[Part], text: str) -> Part:
    """Read a part of a contract from its JSON; what the part does not know is passed over. Raises
    ContractError."""
    import msgspec

    try:
        return msgspec.json.decode(text, type=part)
    except msgspec.ValidationError as wrong:
        raise ContractError(f"{part.__name__}: {wrong}") from None


def data_of(part: object) -> Any:
    """Return the JSON-ready values of a contract or of a part of one."""
    import msgspec

    return msgspec.to_builtins(part)
