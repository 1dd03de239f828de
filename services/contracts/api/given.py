"""What comes in with a call: each class below `Given` is a frozen dataclass that marshmallow reads.

    class Opening(Given):
        deposit_id: str = given(fields.String(required=True))
        page: int = given(fields.Integer(required=True, validate=validate.Range(1)))

The annotation says what a view gets, the marshmallow field how it is read and what is refused.
A rule that concerns several members stands in `__post_init__`, which raises ValidationError.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field
from dataclasses import fields as members_of
from typing import Any, ClassVar, TypeVar, dataclass_transform

from marshmallow import Schema, fields, post_load

Reader = fields.Field[Any]
"""A marshmallow field, which reads a value of whatever type and says what it refuses."""
_FIELD = "marshmallow"
"""The name in a member's metadata of the field that reads it."""


def given(reader: Reader, *, default: object = MISSING) -> Any:
    """Declare a member of what comes in. `reader`: the marshmallow field that reads it; `default`:
    the member's value where `reader` has none and nothing came in."""
    return field(default=default, metadata={_FIELD: reader})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(given,))
class Given:
    """A part of what comes in: each class below this one is a frozen dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[object]]]

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, kw_only=True)(cls)


GivenType = TypeVar("GivenType", bound=Given)


def readers_of(declared: type[Given]) -> dict[str, Reader]:
    """Return the marshmallow field of each member that has one, by the member's name."""
    return {
        member.name: member.metadata[_FIELD]
        for member in members_of(declared)
        if _FIELD in member.metadata
    }


_SCHEMAS: dict[str, type[Schema]] = {}
"""The schemas made already, by the full name of what they load: OpenAPI describes each once."""


def schema_of(declared: type[Given]) -> type[Schema]:
    """Return the schema whose `load` returns a `declared`, and that describes it in OpenAPI."""
    name = f"{declared.__module__}.{declared.__qualname__}"
    if name not in _SCHEMAS:
        _SCHEMAS[name] = _make_schema(declared)
    return _SCHEMAS[name]


def _make_schema(declared: type[Given]) -> type[Schema]:
    def build(_: Schema, loaded: Mapping[str, Any], **__: object) -> Given:
        return declared(**loaded)

    members: dict[str, object] = {**readers_of(declared), "build": post_load(build)}
    return type(declared.__name__, (Schema,), members)


def part(declared: type[Given]) -> fields.Nested:
    """Return the field of a member that is a `declared` itself."""
    return fields.Nested(schema_of(declared))


def reader_of(declared: type[Given] | type[Schema]) -> type[Schema]:
    """Return the schema that reads what comes in: a list of staff brings its own."""
    return declared if issubclass(declared, Schema) else schema_of(declared)
