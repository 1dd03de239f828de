"""A process that looks at files, shared by the tests of a process: a start takes longer than looking at a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.pieces.inspection.processes import InspectionProgram, Inspections


@pytest.fixture(scope="session")
def program() -> Iterator[InspectionProgram]:
    running = InspectionProgram()
    yield running
    running.close()


@pytest.fixture
def inspections(program: InspectionProgram) -> Inspections:
    running = Inspections(at_once=2)
    running.idle_programs.append(program)
    return running
