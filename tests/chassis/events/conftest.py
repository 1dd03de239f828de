from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chassis.events.ledger import Ledger, declare


@pytest.fixture
def ledger(broker_url: str, tmp_path: Path) -> Callable[..., Ledger]:
    """Makes services on the broker of this run, each on a SQLite file of its own unless told otherwise."""
    declare(broker_url)

    def make(name: str, database_url: str | None = None, failures: int = 0) -> Ledger:
        return Ledger(name, database_url or f"sqlite:///{tmp_path / name}.db", broker_url, failures)

    return make
