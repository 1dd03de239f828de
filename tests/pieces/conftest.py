"""pieces over real parts: both databases in turn, an S3 bucket, and clamd where a test wants it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.pieces.portal import Portal
    from tests.support.clamav import ClamAV
    from tests.support.object_store import Bucket


@pytest.fixture
def portal(database_url: str, bucket: Bucket) -> Iterator[Portal]:
    """pieces without an antivirus, migrated and empty, in the guide's deposit period."""
    from tests.pieces.portal import Portal

    running = Portal(database_url, bucket.url)
    yield running
    running.close()


@pytest.fixture
def guarded(database_url: str, bucket: Bucket, clamav: ClamAV) -> Iterator[Portal]:
    """The same with an antivirus."""
    from tests.pieces.portal import Portal

    running = Portal(database_url, bucket.url, antivirus_url=clamav.url)
    yield running
    running.close()
