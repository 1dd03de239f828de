"""A process that looks at files, shared by the tests of a process: a start takes longer than looking at a file."""

from collections.abc import Iterator

import pytest

from services.confined.checks import Program
from services.pieces.inspection.inspections import TASKS, Inspections


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    running = Program(TASKS)
    yield running
    running.close()


@pytest.fixture
def inspections(program: Program) -> Inspections:
    running = Inspections(at_once=2)
    running.checks.idle_programs.append(program)
    return running
