"""The profile « restricted », container by container, and docker-compose.yml's own restrictions;
processes reach each other where they share a network of docker-compose.yml, and nowhere else."""

from itertools import permutations
from typing import Any

from tests.kubernetes.permissions import permitted_too_much
from tests.kubernetes.rendered import Object, Workload, named, of_kind, workload, workloads
from tests.support.compose_file import COMPOSE_SERVICES


def test_no_container_may_do_more_than_it_needs(objects: list[Object]) -> None:
    assert all(
        composed["read_only"] and composed["cap_drop"] == ["ALL"]
        for composed in COMPOSE_SERVICES.values()
    )
    assert permitted_too_much(objects) == []


def test_the_cluster_refuses_what_would_not_be_restricted(objects: list[Object]) -> None:
    labels = named(objects, "Namespace", "portail")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert {each["metadata"].get("namespace", "portail") for each in objects} == {"portail"}


def test_ours_run_as_their_images_do(objects: list[Object]) -> None:
    for each in workloads(objects):
        if each.process["image"].startswith("portail/") and each.name != "postgres":
            assert {container["securityContext"]["runAsUser"] for container in each.containers} == {
                10001
            }, each.name


PUBLISHED = "edge"
"""compose's network of published ports: in a cluster whoever publishes is in a namespace of its
own."""


def test_who_reaches_whom_is_as_in_compose(objects: list[Object]) -> None:
    pairs = {
        (caller.name, called.name)
        for caller, called in permutations(workloads(objects), 2)
        if _networks(caller.name) & _networks(called.name)
    }
    assert _open_pairs(objects) == pairs


def _networks(name: str) -> set[str]:
    return set(COMPOSE_SERVICES[name]["networks"]) - {PUBLISHED}


def test_only_the_proxy_is_reached_from_outside(objects: list[Object]) -> None:
    edge = named(objects, "NetworkPolicy", "edge")["spec"]
    assert edge["podSelector"]["matchLabels"].items() <= workload(objects, "proxy").labels.items()
    [rule] = edge["ingress"]
    assert [set(peer) for peer in rule["from"]] == [{"namespaceSelector"}]


def _open_pairs(objects: list[Object]) -> set[tuple[str, str]]:
    """(caller, called) of the processes that may connect, as the rendered NetworkPolicies say."""
    policies = of_kind(objects, "NetworkPolicy")
    pairs = permutations(workloads(objects), 2)
    return {
        (caller.name, called.name)
        for caller, called in pairs
        if _lets(policies, caller, called, "egress", "to")
        and _lets(policies, called, caller, "ingress", "from")
    }


def _lets(
    policies: list[Object], own: Workload, other: Workload, direction: str, peers: str
) -> bool:
    """A pod is open until a policy of this direction means it; then one of these has to name the
    other."""
    ours = [
        policy["spec"]
        for policy in policies
        if direction.capitalize() in policy["spec"]["policyTypes"]
        and _means(policy["spec"]["podSelector"], own)
    ]
    rules = [rule for spec in ours for rule in spec.get(direction, [])]
    return not ours or any(_names(peer, other) for rule in rules for peer in rule.get(peers, []))


def _names(peer: dict[str, Any], other: Workload) -> bool:
    """Blocks hold any address; the namespaces that are named here are others'."""
    return "ipBlock" in peer or (
        "namespaceSelector" not in peer and _means(peer["podSelector"], other)
    )


def _means(selector: dict[str, Any], pod: Workload) -> bool:
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= pod.labels.items()
