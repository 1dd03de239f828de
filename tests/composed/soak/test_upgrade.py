"""The last release replaced by this version under load, and back: nothing lost, nothing doubled, no page worse than
« momentanément indisponible » with its Retry-After. Three times in a row; `make upgrade-test FROM=v0.2.0`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.composed.soak.portal_under_load import PortalUnderLoad
from tests.composed.soak.upgraded_portal import UpgradedPortal, checkout_of, last_release
from tests.journeys.registered_candidate import register_candidate
from tests.support.composed_portal import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GOES_ON_SECONDS = 60.0


@pytest.fixture(scope="module")
def released() -> Iterator[Path]:
    commit = last_release()
    if not commit:
        pytest.skip("no release has been made yet: name a commit, make upgrade-test FROM=…")
    with checkout_of(commit) as checkout:
        yield checkout


@pytest.fixture(scope="module")
def upgraded(released: Path) -> Iterator[UpgradedPortal]:
    portal = UpgradedPortal("upgraded", released)
    try:
        portal.up("--build")
        portal.build(ROOT)
        yield portal
    finally:
        portal.down()


@pytest.mark.parametrize("time", [1, 2, 3])
def test_an_upgrade_and_the_way_back_lose_and_double_nothing(
    upgraded: UpgradedPortal, released: Path, browser: Browser, time: int
) -> None:
    portal = PortalUnderLoad(upgraded, [register_candidate(upgraded, browser) for _ in range(2)])
    with portal.load():
        portal.wait_until_answered("nothing", GOES_ON_SECONDS)
        upgraded.go_to(ROOT)
        portal.wait_until_answered("the upgrade", GOES_ON_SECONDS)
        portal.deposit_for_good(portal.candidates[0])
        upgraded.go_to(released, "back")
        portal.wait_until_answered("the way back", GOES_ON_SECONDS)
        portal.deposit_for_good(portal.candidates[1])
    portal.assert_nothing_lost_or_doubled()
