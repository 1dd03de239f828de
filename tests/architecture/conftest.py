"""Each service by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from deploy.service_names import SERVICES
from services.chassis.process.command_line import migrate
from tests.architecture import apps


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(service: str, tmp_path: Path) -> Flask:
    """A service that is empty, and alone: neither peers nor an object store answer."""
    built = apps.build(service, tmp_path)
    migrate(built)
    return built
