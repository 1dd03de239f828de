"""Who may connect to whom, as the rendered NetworkPolicies say."""

from __future__ import annotations

from typing import Any

from tests.kubernetes.rendered import Object, Workload, of_kind


def may_connect(objects: list[Object], caller: Workload, called: Workload) -> bool:
    """Whether the caller is let out to the called, and the called lets it in."""
    policies = of_kind(objects, "NetworkPolicy")
    return _lets(policies, caller, called, "egress", "to") and _lets(policies, called, caller, "ingress", "from")


def _lets(policies: list[Object], own: Workload, other: Workload, direction: str, peers: str) -> bool:
    """A pod is open until a policy of this direction means it; then one of these has to name the other."""
    ours = [
        policy["spec"]
        for policy in policies
        if direction.capitalize() in policy["spec"]["policyTypes"] and _means(policy["spec"]["podSelector"], own)
    ]
    rules = [rule for spec in ours for rule in spec.get(direction, [])]
    return not ours or any(_names(peer, other) for rule in rules for peer in rule.get(peers, []))


def _names(peer: dict[str, Any], other: Workload) -> bool:
    """Blocks hold any address; the namespaces that are named here are others'."""
    return "ipBlock" in peer or ("namespaceSelector" not in peer and _means(peer["podSelector"], other))


def _means(selector: dict[str, Any], pod: Workload) -> bool:
    wanted: dict[str, str] = selector.get("matchLabels", {})
    return wanted.items() <= pod.labels.items()
