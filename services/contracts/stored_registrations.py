"""How a saved version of a candidature is stored as JSON: the data of its event with the number of their shape.

registrations stores it for good, documents with its copy. The number grows with every change of what is written, the
event's TYPE only with one that its consumers could not read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.contracts.registrations import RegistrationSaved

Data = dict[str, Any]

SCHEMA_KEY = "schema"
SCHEMA = 1
"""The number of what is written today. Rows without a number are older than the numbers: theirs is 1."""

CONVERSIONS: dict[int, Callable[[Data], Data]] = {}
"""By number: what turns its data into those of the next number. Where a field with a default was added: nothing."""


def to_stored(saved: RegistrationSaved) -> Data:
    return {SCHEMA_KEY: SCHEMA, **saved.to_data()}


def from_stored(data: Data) -> RegistrationSaved:
    """A version stored under any number. One of a newer release, which runs beside this one during an upgrade, is read
    as far as it is known here. Raises ContractError."""
    for number in range(data.get(SCHEMA_KEY, 1), SCHEMA):
        data = CONVERSIONS[number](data) if number in CONVERSIONS else data
    return RegistrationSaved.from_data(data)
