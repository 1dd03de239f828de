from pathlib import Path

import pytest

from services.chassis.roles import worker
from tests.chassis.events.ledger import Ledger, MakeLedger, declare

# What takes place before or behind the broker is the same with each.
ONE_BROKER = pytest.mark.parametrize("broker_url", ["embedded"], indirect=True)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of this process look for jobs after a moment instead of four seconds."""
    monkeypatch.setattr(worker, "JOBS_SECONDS", 0.3)


@pytest.fixture
def ledger(broker_url: str, tmp_path: Path) -> MakeLedger:
    """Makes services on the broker of this run, each on a SQLite file of its own unless told
    otherwise."""
    declare(broker_url)

    def make(name: str, database_url: str | None = None, failures: int = 0) -> Ledger:
        return Ledger(name, database_url or f"sqlite:///{tmp_path / name}.db", broker_url, failures)

    return make


@pytest.fixture
def reader(database_url: str, tmp_path: Path) -> Ledger:
    return Ledger.alone("reader", tmp_path, database_url)
