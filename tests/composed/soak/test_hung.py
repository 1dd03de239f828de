"""Each part of the portal stopped with SIGSTOP for a minute while people register and deposit: what
does not need it answers, liveness always, nothing that was acknowledged is lost or doubled, and
soon afterwards all is as before.
"""

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import partial

import pytest
import requests
from playwright.sync_api import Browser

from deploy.service_names import SERVICES
from tests.composed.soak.portal_under_load import PortalUnderLoad
from tests.journeys.justificatifs_page import register_candidate
from tests.support.composed_portal import OURS, ComposedPortal
from tests.support.continuous_requests import ContinuousRequests
from tests.support.processes import suspended

STOPPED_SECONDS = 60.0
ANSWERED_SECONDS = 3.0  # by the pages that everybody may see
AS_BEFORE_SECONDS = 15.0  # after SIGCONT
FIRST_ANSWERS_SECONDS = 60.0
PAGES = ("/", "/ouverture-des-services")
# Every part of the portal that others wait for, and its containers.
PARTS = {service: (service, f"{service}-worker") for service in SERVICES} | {
    server: (server,) for server in ("rabbitmq", "postgres", "objects", "mailpit", "clamav")
}


def test_nobody_notices_a_part_that_is_stopped_but_by_what_needs_it(
    composed: ComposedPortal, browser: Browser
) -> None:
    portal = PortalUnderLoad(composed, [register_candidate(composed, browser) for _ in range(2)])
    slowest: dict[str, float] = {}
    with portal.load():
        for candidate in portal.candidates:
            portal.deposit_for_good(candidate)
        portal.wait_until_answered("nothing", FIRST_ANSWERS_SECONDS)
        for part, services in PARTS.items():
            others = [
                container
                for container in composed.containers(*OURS)
                if container.service not in services
            ]
            addresses = [composed.url + page for page in PAGES]
            addresses += [
                f"http://{composed.address(container)}:8000/health/live" for container in others
            ]
            watch = ContinuousRequests(0.5)
            took = list[tuple[float, str]]()
            asks = [partial(_timed, address, took) for address in addresses]
            with watch.under_way(*asks), _stopped(composed, services):
                time.sleep(STOPPED_SECONDS)
            portal.wait_until_answered(
                f"{part} stopped for {STOPPED_SECONDS:.0f} s", AS_BEFORE_SECONDS
            )
            assert set(watch.answers) == {"200"}, part
            assert [late for late in took if late[0] > ANSWERED_SECONDS] == [], part
            slowest[part], _ = max(took)
    print(
        "\nslowest answer of a page or probe meanwhile (s):",
        {part: round(took, 2) for part, took in slowest.items()},
    )
    portal.assert_nothing_lost_or_doubled()


def _timed(address: str, took: list[tuple[float, str]]) -> requests.Response:
    began = time.monotonic()
    try:
        return requests.get(address, timeout=4 * ANSWERED_SECONDS)
    finally:
        took.append((time.monotonic() - began, address))


def _stopped(composed: ComposedPortal, services: Iterable[str]) -> AbstractContextManager[None]:
    """All processes of their containers stop where they are, alive and silent, until the block
    ends."""
    containers = composed.containers(*services)
    return suspended(
        *(int(composed.inspect(container)["State"]["Pid"]) for container in containers)
    )


SERVERS = ("rabbitmq", "postgres", "objects")
GOES_ON_SECONDS = 60.0


@pytest.mark.parametrize("time", [1, 2, 3])
def test_faults_lose_and_double_nothing(
    composed: ComposedPortal, browser: Browser, time: int
) -> None:
    portal = PortalUnderLoad(composed, [register_candidate(composed, browser) for _ in SERVERS])
    with portal.load():
        portal.wait_until_answered("nothing", GOES_ON_SECONDS)
        for name in ("proxy", *OURS):
            composed.kill_and_wait(name)
            portal.wait_until_answered(f"{name} killed", GOES_ON_SECONDS)
        for name, candidate in zip(SERVERS, portal.candidates, strict=True):
            portal.deposit_for_good(candidate)
            composed.restart(name)
            portal.wait_until_answered(f"{name} restarted", GOES_ON_SECONDS)
    portal.assert_nothing_lost_or_doubled()
