"""documents over real parts: both databases in turn, an S3 bucket, and an HTTP peer that answers as registrations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.documents.peer import Peer

if TYPE_CHECKING:
    from tests.documents.service import Service
    from tests.support.object_store import Bucket


@pytest.fixture
def peer() -> Iterator[Peer]:
    """The process that answers as registrations and accounts do."""
    running = Peer()
    yield running
    running.stop()


@pytest.fixture
def service(database_url: str, bucket: Bucket, peer: Peer) -> Service:
    """documents, migrated and empty."""
    from tests.documents.service import Service

    return Service(database_url, bucket.url, peer.url)
