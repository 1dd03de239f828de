"""Each part of the portal stopped with SIGSTOP for a minute while people register and deposit: what does not need it
answers, liveness always, nothing that was acknowledged is lost or doubled, and soon afterwards all is as before.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import requests

from deploy.service_names import SERVICES
from tests.composed.soak.portal_under_load import PortalUnderLoad
from tests.journeys.registered_candidate import register_candidate
from tests.support.composed_portal import OURS, ComposedPortal, Container
from tests.support.suspended_process import suspended

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STOPPED_SECONDS = 60.0
ANSWERED_SECONDS = 3.0  # by the pages that everybody may see
AS_BEFORE_SECONDS = 15.0  # after SIGCONT
FIRST_ANSWERS_SECONDS = 60.0
PAGES = ("/", "/ouverture-des-services")
# Every part of the portal that others wait for, and its containers.
PARTS = {service: (service, f"{service}-worker") for service in SERVICES} | {
    server: (server,) for server in ("rabbitmq", "postgres", "objects", "mailpit", "clamav")
}


@pytest.fixture(scope="module")
def portal(composed: ComposedPortal, browser: Browser) -> PortalUnderLoad:
    return PortalUnderLoad(composed, [register_candidate(composed, browser) for _ in range(2)])


def test_nobody_notices_a_part_that_is_stopped_but_by_what_needs_it(portal: PortalUnderLoad) -> None:
    composed = portal.composed
    slowest: dict[str, float] = {}
    with portal.load():
        for candidate in portal.candidates:
            portal.deposit_for_good(candidate)
        portal.wait_until_answered("nothing", FIRST_ANSWERS_SECONDS)
        for part, services in PARTS.items():
            others = [container for container in composed.containers(*OURS) if container.service not in services]
            with _Watch(composed, others).watching() as watch, _stopped(composed, services):
                time.sleep(STOPPED_SECONDS)
            portal.wait_until_answered(f"{part} stopped for {STOPPED_SECONDS:.0f} s", AS_BEFORE_SECONDS)
            assert watch.late == [], part
            slowest[part] = watch.slowest
    print(
        "\nslowest answer of a page or probe meanwhile (s):", {part: round(took, 2) for part, took in slowest.items()}
    )
    portal.assert_nothing_lost_or_doubled()


@dataclass
class _Watch:
    """Asks for the pages that everybody may see, and for the liveness of each of these containers, over and over."""

    composed: ComposedPortal
    containers: list[Container]
    late: list[str] = field(default_factory=list)
    slowest: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watching(self) -> Iterator[_Watch]:
        addresses = [self.composed.url + page for page in PAGES]
        addresses += [f"http://{self.composed.address(container)}:8000/health/live" for container in self.containers]
        threads = [threading.Thread(target=self._ask, args=(address,), daemon=True) for address in addresses]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _ask(self, address: str) -> None:
        while not self._stop.wait(0.5):
            began = time.monotonic()
            try:
                answer = requests.get(address, timeout=4 * ANSWERED_SECONDS)
                status = str(answer.status_code)
            except requests.RequestException as error:
                status = type(error).__name__
            took = time.monotonic() - began
            self.slowest = max(self.slowest, took)
            if status != "200" or took > ANSWERED_SECONDS:
                self.late.append(f"{address}: {status} after {took:.1f} s")


@contextmanager
def _stopped(composed: ComposedPortal, services: Iterable[str]) -> Iterator[None]:
    """All processes of their containers stop where they are, alive and silent, until the block ends."""
    first_processes = [int(composed.inspect(container)["State"]["Pid"]) for container in composed.containers(*services)]
    with ExitStack() as containers:
        for pid in first_processes:
            containers.enter_context(suspended(pid))
        yield
