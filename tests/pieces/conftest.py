"""pieces running over each database in turn and an S3 bucket."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from services.confined.checks import Program
from services.pieces.inspection.inspections import TASKS, Inspections
from tests.pieces.pieces_service import PiecesService, prepare
from tests.support.declared_problems import only_declared_problems  # noqa: F401 - a fixture
from tests.support.object_store import Bucket
from tests.support.prepared_databases import prepared_url


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest) -> str:
    """A database of this test alone that pieces has migrated."""
    return prepared_url(engine, "pieces_empty", prepare, request)


@pytest.fixture
def service(database_url: str, bucket: Bucket) -> Iterator[PiecesService]:
    """pieces without an antivirus, migrated and empty, in the guide's deposit period."""
    with closing(PiecesService(database_url, bucket.url)) as running:
        yield running


@pytest.fixture
def registered(service: PiecesService) -> PiecesService:
    """With the guide's candidature."""
    return service.registered()


@pytest.fixture
def laddered(registered: PiecesService) -> PiecesService:
    """In an opening with a ladder of reminders."""
    return registered.with_ladder()


@pytest.fixture
def deposited(registered: PiecesService) -> PiecesService:
    """And its identity card."""
    registered.deposit("NATIDE06")
    return registered


@pytest.fixture
def validated(deposited: PiecesService) -> PiecesService:
    """And its regroupement handed over."""
    assert deposited.validate("NATIONALITE").status_code == 200
    return deposited


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    """A process that looks at files, shared by the tests of a process: a start takes longer than
    looking at a file."""
    with closing(Program(TASKS)) as running:
        yield running


@pytest.fixture
def inspections(program: Program) -> Inspections:
    running = Inspections(at_once=2)
    running.checks.idle_programs.append(program)
    return running
