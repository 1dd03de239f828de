"""The rendered overlays; tests are skipped, or fail in CI, where kubectl is not installed."""

import pytest

from tests.kubernetes.rendered import FOLDER, OVERLAYS, Object, rendered_folder


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def objects(overlay: str) -> list[Object]:
    """Each overlay's objects, this test's own to break."""
    return rendered_folder(FOLDER / "overlays" / overlay)


@pytest.fixture
def demonstration() -> list[Object]:
    """The objects of the overlay that has all processes."""
    return rendered_folder(FOLDER / "overlays" / "demonstration")


@pytest.fixture
def production() -> list[Object]:
    return rendered_folder(FOLDER / "overlays" / "production")


@pytest.fixture
def examples() -> list[Object]:
    """The folder of what operators of PostgreSQL and RabbitMQ take."""
    return rendered_folder(FOLDER / "examples")
