"""An event that is delivered again is known by the inbox, on each database."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.chassis.events.deduplication import record_handled
from tests.chassis.events.ledger import Ledger


@pytest.mark.engines("sqlite", "postgresql")
def test_an_event_is_recorded_once_for_each_handler(database_url: str, tmp_path: Path) -> None:
    ledger = Ledger("reader", database_url, f"sqlite:///{tmp_path / 'broker.db'}")

    def handled(event_id: str, handler: str) -> bool:
        with ledger.writing() as session:
            return record_handled(session, event_id, handler)

    deliveries = [("first", "a"), ("first", "a"), ("first", "b"), ("second", "a"), ("first", "a")]
    assert [handled(*delivery) for delivery in deliveries] == [True, False, True, True, False]
