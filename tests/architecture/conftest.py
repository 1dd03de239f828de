"""Each service by itself."""

from collections.abc import Iterator

import pytest
from flask import Flask

from deploy.service_names import SERVICES
from services.chassis.roles.command_line import migrate
from tests.architecture import apps
from tests.support.service_worker import database_of


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def app(service: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A service alone, empty at first, which the tests of a module share: neither peers nor an
    object store answer."""
    built = apps.build(service, tmp_path_factory.mktemp(service))
    migrate(built)
    yield built
    with built.app_context():
        database_of(built).engine.dispose()
