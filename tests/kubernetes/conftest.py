"""The rendered overlays; tests are skipped, or fail in CI, where kubectl is not installed."""

from __future__ import annotations

import pytest

from tests.kubernetes.rendered import OVERLAYS, Object, rendered
from tests.support.missing_services import NotInstalled, skip_or_fail


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    """Each overlay's name."""
    return str(request.param)


@pytest.fixture
def objects(overlay: str) -> list[Object]:
    """The overlay's objects, this test's own to break."""
    try:
        return rendered(overlay)
    except NotInstalled as absence:
        skip_or_fail(absence)
