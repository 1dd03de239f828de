"""Gateways that come and go behind the proxy while people are at work: nobody notices."""

from __future__ import annotations

import requests

from tests.attacks.gateway_replicas import ADDRESSES, PATIENCE, Replica, Site, logged_in
from tests.support.continuous_requests import RequestsGoingOn
from tests.support.processes import wait_until


def test_gateways_started_anew_in_turn_lose_no_request(site: Site) -> None:
    # The proxy goes on knowing the address of who is away.
    visit, visits = logged_in(site.url, site.candidate()), RequestsGoingOn()

    def reads() -> requests.Response:
        return requests.get(f"{site.url}/connexion", timeout=PATIENCE)

    def posts() -> requests.Response:
        return visit.post(f"{site.url}/session/prolonger", timeout=PATIENCE)

    with visits.under_way(reads, reads, posts):
        for replica in site.replicas:
            visits.wait_for(20, PATIENCE)
            replica.stop()
            visits.wait_for(20, PATIENCE)
            replica.start()
        visits.wait_for(20, PATIENCE)
    print(f"\n{dict(visits.answers)}")
    assert set(visits.answers) == {"200", "204"}


def test_requests_go_to_all_gateways_there_are(site: Site) -> None:
    first, second = site.replicas
    both = counts(site)
    site.proxy.names.addresses = [first.address]
    wait_until(lambda: answered_by(site, second) == 0, PATIENCE, "the second is asked no more")
    site.proxy.names.addresses = list(ADDRESSES)
    wait_until(lambda: answered_by(site, second) > 0, PATIENCE, "the second is asked again")
    assert answered_by(site, first) > 0
    assert all(now > before for now, before in zip(counts(site), both, strict=True))


def answered_by(site: Site, replica: Replica) -> int:
    """How many of twenty visits."""
    before = counts(site)
    for _ in range(20):
        assert requests.get(f"{site.url}/connexion", timeout=PATIENCE).ok
    grown = [now - then for now, then in zip(counts(site), before, strict=True)]
    return grown[site.replicas.index(replica)]


def counts(site: Site) -> list[int]:
    return [replica.served() for replica in site.replicas]
