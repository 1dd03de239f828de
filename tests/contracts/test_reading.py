"""How consumers read an event: what its producer has added is passed over, what is missing or wrong is refused."""

from __future__ import annotations

from typing import Any

import pytest

from services.contracts.base import ContractError
from services.contracts.registrations import RegistrationSaved
from tests.documents.example import saved


def data() -> dict[str, Any]:
    return saved().to_data()


def test_fields_that_a_newer_producer_added_are_passed_over() -> None:
    newer = data() | {"added": 1}
    newer["exam"] = newer["exam"] | {"added": {"deep": True}}
    assert RegistrationSaved.from_data(newer) == saved()


def test_a_missing_field_and_one_of_another_type_are_refused() -> None:
    without = {name: value for name, value in data().items() if name != "numero_candidat"}
    for wrong in (without, data() | {"version": "2"}):
        with pytest.raises(ContractError):
            RegistrationSaved.from_data(wrong)
