"""Processes that look at files, started for a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.pieces.inspection.processes import Inspections


@pytest.fixture
def inspections() -> Iterator[Inspections]:
    running = Inspections(at_once=2)
    yield running
    running.close()
