"""What tests/architecture/test_openapi.py tries, for longer."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.architecture.described_answers import NOBODY, SERVICES_KIND, try_every_operation

TRIES = 50  # of each operation


@pytest.mark.parametrize("caller", [NOBODY, "candidate", "staff", SERVICES_KIND])
def test_every_answer_is_as_described(service: str, app: Flask, caller: str) -> None:
    try_every_operation(service, app, caller, TRIES)
