"""One composed portal for the run, built, started and taken down; and people who come to it with a
browser."""

from collections.abc import Iterator

import pytest

from tests.journeys.conftest import new_candidate, print_complaints
from tests.support.composed_portal import ComposedPortal
from tests.support.time_limits import PAGE_SECONDS

__all__ = ["new_candidate", "print_complaints"]


@pytest.fixture(scope="session")
def page_seconds() -> float:
    """How long its pages wait for services: what is hung is the matter of other tests, and a busy
    machine is not."""
    return PAGE_SECONDS


@pytest.fixture(scope="session")
def composed(page_seconds: float) -> Iterator[ComposedPortal]:
    """The portal in containers, with the guide's session open."""
    portal = ComposedPortal(page_seconds=page_seconds)
    try:
        portal.up("--build")
        yield portal
    finally:
        portal.down()
