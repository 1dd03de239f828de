"""What is due is found nowhere, of a few; soak/test_ten_thousand.py does it with many."""

from collections.abc import Callable

import pytest

from services.registrations.operations import retention as operations
from tests.retention.people import Person, Portal
from tests.retention.steps import expect_what_is_due_gone

EACH = 6  # candidates of a session


@pytest.mark.engines("sqlite", "postgresql")
def test_what_is_due_is_found_nowhere_and_the_rest_is_there(
    portal: Portal, registered: Callable[[int], dict[str, list[Person]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Takes 15 s: candidates of three sessions register, have files, decisions, notes and documents."""
    monkeypatch.setattr(operations, "PAGE", 4)
    expect_what_is_due_gone(portal, registered(EACH), monkeypatch)
