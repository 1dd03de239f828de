"""The gateway before the services, for a folder or a module of tests."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest

from tests.support.in_process_four_services import InProcessFourServices, running_four_services
from tests.support.in_process_portal import InProcessPortal, running_portal
from tests.support.object_store import ObjectStore

Scope = Literal["session", "package", "module"]


def four_services(scope: Scope) -> Any:
    """The fixture `running` of whoever assigns it."""

    @pytest.fixture(scope=scope)
    def running(objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessFourServices]:
        with running_four_services(tmp_path_factory.mktemp("portal"), objects.fresh_bucket().url) as portal:
            yield portal

    return running


def two_services(scope: Scope, **of_gateway: Any) -> Any:
    """The same, before accounts and registrations alone."""

    @pytest.fixture(scope=scope)
    def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessPortal]:
        with running_portal(tmp_path_factory.mktemp("portal"), **of_gateway) as portal:
            yield portal

    return running
