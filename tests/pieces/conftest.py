"""pieces running over each database in turn, an S3 bucket, and clamd where a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.pieces.pieces_service import PiecesService
    from tests.support.clamav import ClamAV
    from tests.support.object_store import Bucket


@pytest.fixture
def service(database_url: str, bucket: Bucket) -> Iterator[PiecesService]:
    """pieces without an antivirus, migrated and empty, in the guide's deposit period."""
    from tests.pieces.pieces_service import PiecesService

    running = PiecesService(database_url, bucket.url)
    yield running
    running.close()


@pytest.fixture
def scanned_service(database_url: str, bucket: Bucket, clamav: ClamAV) -> Iterator[PiecesService]:
    """The same with an antivirus."""
    from tests.pieces.pieces_service import PiecesService

    running = PiecesService(database_url, bucket.url, antivirus_url=clamav.url)
    yield running
    running.close()
