"""The rendered overlays; tests are skipped, or fail in CI, where kubectl is not installed."""

from pathlib import Path

import pytest

from tests.kubernetes.rendered import FOLDER, OVERLAYS, Object, rendered_folder
from tests.support.missing_services import NotInstalled, skip_or_fail


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def objects(overlay: str) -> list[Object]:
    """Each overlay's objects, this test's own to break."""
    return of_folder(FOLDER / "overlays" / overlay)


@pytest.fixture
def demonstration() -> list[Object]:
    """The objects of the overlay that has all processes."""
    return of_folder(FOLDER / "overlays" / "demonstration")


@pytest.fixture
def production() -> list[Object]:
    return of_folder(FOLDER / "overlays" / "production")


@pytest.fixture
def examples() -> list[Object]:
    """The folder of what operators of PostgreSQL and RabbitMQ take."""
    return of_folder(FOLDER / "examples")


def of_folder(folder: Path) -> list[Object]:
    try:
        return rendered_folder(folder)
    except NotInstalled as absence:
        skip_or_fail(absence)
