"""What is due is found nowhere, of ten thousand candidatures."""

from collections.abc import Callable

import pytest

from tests.retention.people import Person, Portal
from tests.retention.steps import expect_what_is_due_gone

EACH = 3_334  # candidates of a session


@pytest.mark.engines("sqlite", "postgresql")
def test_what_is_due_is_found_nowhere_and_the_rest_is_there(
    portal: Portal, registered: Callable[[int], dict[str, list[Person]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    expect_what_is_due_gone(portal, registered(EACH), monkeypatch)
