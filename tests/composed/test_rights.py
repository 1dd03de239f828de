"""Each container has the secrets of its own service and no other's; what these may do is tried in tests/containers."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.service_names import SERVICES
from tests.support.composed_portal import ONE_SHOTS, OURS, ComposedPortal

OWN = {
    "accounts": {"client-secrets", "signing-key", "audit-key", "sealing-key", "mail-url", "demo-password"}
    | {"franceconnect-client-secret", "proconnect-client-secret"},
    "registrations": {"mail-url", "audit-key"},
    "documents": {"audit-key", "paper-key"},
    "pieces": {"audit-key"},
    "gateway": {"seal-key", "metrics-token"},
}
"""Beside the files that begin with its name, what is given to a service."""
SERVICE_OF = {"demo-catalogue": "registrations", "demo-staff": "accounts"}


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
