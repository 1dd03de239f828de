"""Many who log in at once are hashed one after the other, in the memory that accounts is given as shipped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import requests

from tests.journeys.html_forms import SAME_ORIGIN

if TYPE_CHECKING:
    from tests.support.composed_portal import ComposedPortal

AT_ONCE = 24
LOG_INS = 480
RESIDENT = "cat /proc/[0-9]*/status 2>/dev/null | awk '/^VmRSS/ {sum += $2} END {print sum * 1024}'"


def test_a_crowd_that_logs_in_leaves_accounts_half_of_its_memory(composed: ComposedPortal) -> None:
    """Each with an address of their own: a hash is made for those that nobody has, too."""
    before = state(composed)
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        statuses = set(crowd.map(lambda number: log_in(composed.url, number), range(LOG_INS)))
    assert statuses <= {401, 503}, "refused, or asked to come back"
    assert 401 in statuses
    assert state(composed) == before
    for container in composed.containers("accounts"):
        resident = int(float(composed.run_in(container, "sh", "-c", RESIDENT)))
        assert resident < composed.inspect(container)["HostConfig"]["Memory"] / 2


def log_in(url: str, number: int) -> int:
    typed = {"identifiant": f"personne{number}@example.org", "password": "Personne/2021"}
    return requests.post(f"{url}/connexion", data=typed, headers=SAME_ORIGIN, timeout=60).status_code


def state(composed: ComposedPortal) -> list[tuple[str, str, int]]:
    """Which processes accounts has, since when, and how often they were started again."""
    known = (composed.inspect(container) for container in composed.containers("accounts"))
    return [(each["Id"], each["State"]["StartedAt"], each["RestartCount"]) for each in known]
