"""What is due is found nowhere, of ten thousand candidatures."""

import pytest

from tests.retention.due_erasures import expect_what_is_due_gone
from tests.retention.people import Portal

EACH = 3_334  # candidates of a session


@pytest.mark.engines("sqlite", "postgresql")
def test_what_is_due_is_found_nowhere_and_the_rest_is_there(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    expect_what_is_due_gone(portal, EACH, monkeypatch)
