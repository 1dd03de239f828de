"""The four services behind their gateway, candidates with deposited files, and the tool with a token."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import StaffFactory, depositor
from tests.support.in_process_four_services import InProcessFourServices, running_four_services
from tests.tools.tool import Tool, tool_token

if TYPE_CHECKING:
    from tests.support.object_store import ObjectStore


@pytest.fixture(scope="module")
def running(objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessFourServices]:
    with running_four_services(tmp_path_factory.mktemp("tools"), objects.fresh_bucket().url) as portal:
        yield portal


@pytest.fixture(scope="module")
def token(running: InProcessFourServices) -> str:
    """Of a gestionnaire of Besançon."""
    return tool_token(running, StaffFactory(running).account("03"))


@pytest.fixture
def tool(running: InProcessFourServices, token: str, tmp_path: Path) -> Tool:
    return Tool(running.url, token, tmp_path)


@pytest.fixture
def deposited(running: InProcessFourServices) -> None:
    """A new candidate of Besançon has deposited two files."""
    depositor(CandidateFactory(running), running, deposits=2)


@pytest.fixture
def workers(running: InProcessFourServices) -> Iterator[None]:
    """The workers of the services are at work meanwhile."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.2):
            running.deliver()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ended.set()
    thread.join()
