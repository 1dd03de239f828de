"""For a minute 5,000 idle connections, 500 dripping heads and 500 dripping files: others log in and deposit."""

from __future__ import annotations

import time

from tests.attacks.gateway_replicas import Site
from tests.attacks.slow_connections import IDLE, UNFINISHED_HEADS, multipart, slow_connections
from tests.attacks.test_slow_clients import WHERE_FILES_GO, deposits, served

SECONDS = 60.0


def test_a_minute_of_slow_clients_keeps_nobody_from_logging_in_and_depositing(site: Site) -> None:
    people, before, pid = [site.new_registered_candidate() for _ in range(3)], served(site), site.proxy.pid
    times = 0
    with slow_connections(site.url, {IDLE: 5000, UNFINISHED_HEADS: 500, multipart(WHERE_FILES_GO): 500}):
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            begun = time.monotonic()
            deposits(site, people[times % len(people)])
            times += 1
            print(f"\nlogged in and deposited within {time.monotonic() - begun:.1f} s", end="", flush=True)
    assert site.proxy.pid == pid
    assert site.proxy.is_live
    assert served(site) - before == 5 * times, "the gateways met a slow client"
