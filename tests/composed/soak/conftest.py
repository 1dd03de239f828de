"""The composed portal of the long tests waits as it is shipped: some of them have parts of it
hang."""

import pytest

from services.chassis.settings import Settings


@pytest.fixture(scope="session")
def page_seconds() -> float:
    return Settings.page_seconds
