"""The four services behind their gateway, candidates with deposited files, and the tool with a
token."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import StaffFactory, depositor
from tests.gateway.portals import four_services
from tests.support.in_process_four_services import InProcessFourServices
from tests.tools.tool import Tool, UnreliablePortal, tool_token

running = four_services("package")
"""One portal for all these tests: what they look at is what they did themselves."""


@pytest.fixture(scope="package")
def token(running: InProcessFourServices) -> str:
    return tool_token(running, StaffFactory(running).account("03"))


@pytest.fixture
def tool(running: InProcessFourServices, token: str, tmp_path: Path) -> Tool:
    return Tool(running.url, token, tmp_path)


@pytest.fixture
def deposited(running: InProcessFourServices, token: str) -> None:
    """Candidates of Besançon have deposited files of which two at least are to control."""
    waiting = requests.get(
        f"{running.url}/api/pieces/v1/pieces?status=none&deposited=true&limit=2",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    )
    if len(waiting.json()["items"]) < 2:
        depositor(CandidateFactory(running), running, deposits=4)


@pytest.fixture
def network(running: InProcessFourServices) -> Iterator[UnreliablePortal]:
    """A network to the portal that fails as it is told to."""
    unreliable = UnreliablePortal(running.url)
    yield unreliable
    unreliable.stop()


@pytest.fixture
def workers(running: InProcessFourServices) -> Iterator[None]:
    """The workers of the services are at work meanwhile."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.4):
            running.deliver()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    ended.set()
    thread.join()
