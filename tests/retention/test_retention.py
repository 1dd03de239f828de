"""The clock moves by years: after each step what `catalogue/retention.yaml` says is gone,
everywhere, and nothing else. Of a few candidates; soak/test_ten_thousand.py does it with many."""

import pytest

from services.registrations.operations import retention as operations
from tests.retention.due_erasures import expect_what_is_due_gone
from tests.retention.people import Portal

EACH = 6  # candidates of a session


@pytest.mark.engines("sqlite", "postgresql")
def test_what_is_due_is_found_nowhere_and_the_rest_is_there(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Takes 15 s: candidates of three sessions register, have files, decisions, notes and
    documents."""
    monkeypatch.setattr(operations, "PAGE", 4)
    expect_what_is_due_gone(portal, EACH, monkeypatch)
