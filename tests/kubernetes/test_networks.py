"""Processes reach each other where they share a network of docker-compose.yml, and nowhere else."""

from __future__ import annotations

from itertools import permutations

from tests.kubernetes.reachability import may_connect
from tests.kubernetes.rendered import Object, named, workload, workloads
from tests.support.compose_file import COMPOSE_SERVICES

PUBLISHED = "edge"
"""compose's network of published ports: in a cluster whoever publishes is in a namespace of its own."""


def unlike_compose(objects: list[Object]) -> list[str]:
    """Pairs that may connect here and not there, or the other way round."""
    return [
        f"{caller.name} to {called.name}"
        for caller, called in permutations(workloads(objects), 2)
        if may_connect(objects, caller, called) != bool(_networks(caller.name) & _networks(called.name))
    ]


def _networks(name: str) -> set[str]:
    return set(COMPOSE_SERVICES[name]["networks"]) - {PUBLISHED}


def test_who_reaches_whom_is_as_in_compose(objects: list[Object]) -> None:
    assert unlike_compose(objects) == []


def test_a_process_in_a_network_too_many_is_noticed(objects: list[Object]) -> None:
    workload(objects, "gateway").labels["network/data"] = "member"
    assert "gateway to accounts-worker" not in unlike_compose(objects)  # they share `services` anyway
    workload(objects, "proxy").labels["network/data"] = "member"
    assert "proxy to accounts-worker" in unlike_compose(objects)


def _open_pairs(objects: list[Object]) -> set[str]:
    pairs = permutations(workloads(objects), 2)
    return {f"{caller.name} to {called.name}" for caller, called in pairs if may_connect(objects, caller, called)}


def test_what_has_no_network_reaches_nobody(objects: list[Object]) -> None:
    for label in [label for label in workload(objects, "clamav").labels if label.startswith("network/")]:
        workload(objects, "clamav").labels.pop(label)
    assert not [pair for pair in _open_pairs(objects) if "clamav" in pair]


def test_only_the_proxy_is_reached_from_outside(objects: list[Object]) -> None:
    edge = named(objects, "NetworkPolicy", "edge")["spec"]
    assert edge["podSelector"]["matchLabels"].items() <= workload(objects, "proxy").labels.items()
    [rule] = edge["ingress"]
    assert [set(peer) for peer in rule["from"]] == [{"namespaceSelector"}]
