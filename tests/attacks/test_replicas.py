"""Gateways that come and go behind the proxy while people are at work: nobody notices."""

from __future__ import annotations

import requests

from tests.attacks.gateway_replicas import ADDRESSES, TIMEOUT_SECONDS, Replica, Site, log_in
from tests.support.continuous_requests import ContinuousRequests
from tests.support.processes import wait_until


def test_gateways_started_anew_in_turn_lose_no_request(site: Site) -> None:
    """Two gateways end, with what they have under way, and start again, of which each takes some seconds: what is
    looked at. The proxy goes on knowing the address of who is away."""
    visit, visits = log_in(site.url, site.new_registered_candidate()), ContinuousRequests()

    def reads() -> requests.Response:
        return requests.get(f"{site.url}/connexion", timeout=TIMEOUT_SECONDS)

    def posts() -> requests.Response:
        return visit.post(f"{site.url}/session/prolonger", timeout=TIMEOUT_SECONDS)

    with visits.under_way(reads, reads, posts):
        for replica in site.replicas:
            visits.wait_for(20, TIMEOUT_SECONDS)
            replica.stop()
            visits.wait_for(20, TIMEOUT_SECONDS)
            replica.start()
        visits.wait_for(20, TIMEOUT_SECONDS)
    print(f"\n{dict(visits.answers)}")
    assert set(visits.answers) == {"200", "204"}


def test_requests_go_to_all_gateways_there_are(site: Site) -> None:
    first, second = site.replicas
    both = counts(site)
    site.proxy.dns.addresses = [first.address]
    wait_until(lambda: answered_by(site, second) == 0, TIMEOUT_SECONDS, "the second is asked no more")
    site.proxy.dns.addresses = list(ADDRESSES)
    wait_until(lambda: answered_by(site, second) > 0, TIMEOUT_SECONDS, "the second is asked again")
    assert answered_by(site, first) > 0
    assert all(now > before for now, before in zip(counts(site), both, strict=True))


def answered_by(site: Site, replica: Replica) -> int:
    """How many of twenty visits."""
    before = counts(site)
    for _ in range(20):
        assert requests.get(f"{site.url}/connexion", timeout=TIMEOUT_SECONDS).ok
    grown = [now - then for now, then in zip(counts(site), before, strict=True)]
    return grown[site.replicas.index(replica)]


def counts(site: Site) -> list[int]:
    return [replica.requests_served() for replica in site.replicas]
