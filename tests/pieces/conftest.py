"""pieces running over each database in turn, an S3 bucket, and clamd where a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.support.declared_problems import only_declared_problems  # noqa: F401 - a fixture
from tests.support.prepared_databases import prepared_url

if TYPE_CHECKING:
    from services.confined.checks import Program
    from services.pieces.inspection.inspections import Inspections
    from tests.pieces.pieces_service import PiecesService
    from tests.support.clamav import ClamAV
    from tests.support.object_store import Bucket


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest) -> str:
    """A database of this test alone that pieces has migrated."""
    from tests.pieces.pieces_service import prepare

    return prepared_url(engine, "pieces_empty", prepare, request)


@pytest.fixture
def service(database_url: str, bucket: Bucket) -> Iterator[PiecesService]:
    """pieces without an antivirus, migrated and empty, in the guide's deposit period."""
    from tests.pieces.pieces_service import PiecesService

    with closing(PiecesService(database_url, bucket.url)) as running:
        yield running


@pytest.fixture
def registered(service: PiecesService) -> PiecesService:
    """With the guide's candidature."""
    return service.registered()


@pytest.fixture
def laddered(registered: PiecesService) -> PiecesService:
    """In an opening with a ladder of reminders."""
    from tests.pieces.ladder import with_ladder

    return with_ladder(registered)


@pytest.fixture
def deposited(registered: PiecesService) -> PiecesService:
    """And its identity card."""
    registered.deposit("NATIDE06")
    return registered


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    """A process that looks at files, shared by the tests of a process: a start takes longer than looking at a file."""
    from services.confined.checks import Program
    from services.pieces.inspection.inspections import TASKS

    with closing(Program(TASKS)) as running:
        yield running


@pytest.fixture
def inspections(program: Program) -> Inspections:
    from services.pieces.inspection.inspections import Inspections

    running = Inspections(at_once=2)
    running.checks.idle_programs.append(program)
    return running


@pytest.fixture
def scanned_service(database_url: str, bucket: Bucket, clamav: ClamAV) -> Iterator[PiecesService]:
    """The same with an antivirus."""
    from tests.pieces.pieces_service import PiecesService

    with closing(PiecesService(database_url, bucket.url, antivirus_url=clamav.url)) as running:
        yield running
