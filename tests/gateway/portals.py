"""The gateway before all four services, for a folder or a module of tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import pytest

from tests.support.in_process_four_services import InProcessFourServices, running_four_services

if TYPE_CHECKING:
    from tests.support.object_store import ObjectStore


def four_services(scope: Literal["session", "package", "module"]) -> Any:
    """The fixture `running` of whoever assigns it."""

    @pytest.fixture(scope=scope)
    def running(objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessFourServices]:
        with running_four_services(tmp_path_factory.mktemp("portal"), objects.fresh_bucket().url) as portal:
            yield portal

    return running
