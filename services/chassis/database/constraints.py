"""Constraints of tables, made of the lists that the code has."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import CheckConstraint


def known_values(column: str, values: Iterable[str]) -> CheckConstraint:
    """The column holds one of the values, or nothing: constraint `<column>_known`."""
    quoted = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({quoted})", name=f"{column}_known")
