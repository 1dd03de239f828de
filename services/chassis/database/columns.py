"""Types, names and ids of columns."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Generic, TypeVar

import msgspec
from sqlalchemy import JSON, CheckConstraint, DateTime
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
Stored = TypeVar("Stored")


def new_id() -> str:
    """Return 32 random hexadecimal digits: ids are never guessable nor ordered."""
    return uuid.uuid4().hex


class UtcDateTime(TypeDecorator[datetime]):
    """Aware instants, stored in UTC. SQLite drops time zones on reading, so they are put back
    here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC))


class DataclassJson(TypeDecorator[Stored], Generic[Stored]):
    """Stores a dataclass in one column. A member with a default is added without a migration;
    unknown ones are passed over."""

    impl = JSON
    cache_ok = True

    def __init__(self, stored: type[Stored]) -> None:
        super().__init__()
        self.stored = stored

    def process_bind_param(self, value: Stored | None, dialect: Dialect) -> object:
        return msgspec.to_builtins(value)

    def process_result_value(self, value: object, dialect: Dialect) -> Stored | None:
        return None if value is None else msgspec.convert(value, self.stored)


def known_values(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return the constraint `<column>_known`: the column holds one of the values, or nothing."""
    quoted = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({quoted})", name=f"{column}_known")
