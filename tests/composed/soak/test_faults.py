"""Every process killed and every server restarted while people register and deposit: nothing that was acknowledged is
lost, nothing is there twice, and pages answer or say what does not work. Three times in a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.composed.soak.portal_under_load import PortalUnderLoad
from tests.journeys.registered_candidate import register_candidate
from tests.support.composed_portal import OURS, ComposedPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SERVERS = ("rabbitmq", "postgres", "objects")
GOES_ON_SECONDS = 60.0


@pytest.mark.parametrize("time", [1, 2, 3])
def test_faults_lose_and_double_nothing(composed: ComposedPortal, browser: Browser, time: int) -> None:
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
