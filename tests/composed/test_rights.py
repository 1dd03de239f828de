"""Inside each service's container, with its own secrets: what is another's is refused, by the servers themselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.service_names import SERVICES
from tests.composed import forbidden_access
from tests.support.composed_portal import ONE_SHOTS, OURS

if TYPE_CHECKING:
    from tests.support.composed_portal import ComposedPortal

ALLOWED = {"own database", "own user"}
OWN = {
    "accounts": {"client-secrets", "signing-key", "sealing-key", "mail-url", "demo-password"},
    "registrations": {"mail-url"},
    "documents": set[str](),
    "pieces": set[str](),
    "gateway": {"seal-key", "metrics-token"},
}
"""Beside the files that begin with its name, what is given to a service."""
SERVICE_OF = {"demo-catalogue": "registrations", "demo-staff": "accounts"}
REFUSALS = ("InsufficientPrivilege", "permission denied", "ACCESS_REFUSED", "must be owner")


@pytest.fixture(scope="module")
def tried(composed: ComposedPortal) -> dict[str, dict[str, str]]:
    """By service, what was said to each of its deeds."""
    script = Path(forbidden_access.__file__).read_text(encoding="utf-8")
    return {
        service: json.loads(composed.run_in(composed.containers(service)[0], "python", "-c", script, service, *others))
        for service in SERVICES
        for others in [[other for other in SERVICES if other != service]]
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_comes_to_its_own(tried: dict[str, dict[str, str]], service: str) -> None:
    assert {deed: tried[service][deed] for deed in ALLOWED} == dict.fromkeys(ALLOWED, forbidden_access.DONE)


@pytest.mark.parametrize("service", SERVICES)
def test_all_else_is_refused_to_it(tried: dict[str, dict[str, str]], service: str) -> None:
    answers = {deed: answer for deed, answer in tried[service].items() if deed not in ALLOWED}
    assert len(answers) == 15
    for deed, answer in answers.items():
        assert any(refusal in answer for refusal in REFUSALS), f"{service}, {deed}: {answer}"


def test_a_container_has_the_secrets_that_the_compose_file_gives_it(composed: ComposedPortal) -> None:
    described = json.loads(composed.compose("config", "--format", "json"))
    # The certificate is no secret of the portal's: it lies where the operator has it, and here there is none.
    ours = {name for name, secret in described["secrets"].items() if composed.secrets in Path(secret["file"]).parents}
    for container in composed.containers():
        given = {secret["source"] for secret in described["services"][container.service].get("secrets", ())} & ours
        assert mounted(composed, composed.inspect(container)) == given, container.service


def test_a_service_is_given_nothing_of_anothers(composed: ComposedPortal) -> None:
    for container in composed.containers(*OURS, *ONE_SHOTS):
        service = SERVICE_OF.get(container.service, container.service.partition("-")[0])
        for name in mounted(composed, composed.inspect(container)):
            assert name.startswith(f"{service}-") or name in OWN[service], f"{container.service}: {name}"
            assert container.service.endswith("-migrate") or not name.endswith("-migrations-url"), (
                f"{container.service}: {name}"
            )


@pytest.mark.parametrize("service", ["gateway", *SERVICES])
def test_there_is_no_other_file_among_its_secrets(composed: ComposedPortal, service: str) -> None:
    for container in composed.containers(service):
        listed = set(composed.run_in(container, "ls", "-A", "/run/secrets").split())
        assert listed == mounted(composed, composed.inspect(container))


def mounted(composed: ComposedPortal, known: dict[str, Any]) -> set[str]:
    """Names of the secret files that a container has, wherever."""
    files = [Path(mount["Source"]) for mount in known["Mounts"] if mount["Type"] == "bind"]
    return {file.name for file in files if composed.secrets in (file, *file.parents)}
