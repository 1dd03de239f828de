"""What running containers may do: nothing as root, on disk or to the outside; what they show, and
their secrets."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.service_names import SERVICES
from tests.composed.secret_leaks import leaked_secrets, secret_values
from tests.support.composed_portal import (
    LONG_LIVED,
    ONE_SHOTS,
    OURS,
    STAND_INS,
    ComposedPortal,
    Container,
)

# Read in one go, since each command in a container takes its time; of every process there, the
# shell included.
LOOKS = {
    "statuses": "cat /proc/[0-9]*/status 2>/dev/null",
    "words": "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\000' ' '; echo",
    "environments": "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\000' ' '; echo",
    "writes": "for folder in / /usr /etc /bin /portail /opt/portail; do if [ -d $folder ]; then"
    " touch $folder/.tried 2>&1 && echo written: $folder; fi; done",
    "routes": "cat /proc/net/route",
}
MARK = "--- "
CONNECT = "import socket; socket.create_connection(('{}', {}), timeout=3); print('connected')"
DEFAULT_ROUTE = "00000000"
WITH_A_WAY_OUT = {
    "proxy": "published",
    "mailpit": "published",
    "identity-providers": "published",
    "accounts": "FranceConnect and ProConnect",
    "accounts-worker": "mails",
    "registrations-worker": "mails",
    "clamav": "signatures",
}


@dataclass(frozen=True)
class ContainerReport:
    """A container, what the engine knows of it, and where it runs what was seen inside, by the name
    of the look."""

    container: Container
    known: dict[str, Any]
    inside: dict[str, str]

    @property
    def service(self) -> str:
        return self.container.service

    @property
    def host(self) -> dict[str, Any]:
        return dict(self.known["HostConfig"])


@pytest.fixture(scope="module")
def everything(composed: ComposedPortal) -> list[ContainerReport]:
    """All containers of the project, those that have ended included."""
    containers = composed.containers()
    known = json.loads(composed.engine("inspect", *(container.id for container in containers)))
    return [
        ContainerReport(container, what, look_into(composed, container))
        for container, what in zip(containers, known, strict=True)
    ]


@pytest.fixture(scope="module")
def running(everything: list[ContainerReport]) -> list[ContainerReport]:
    """Ours and the servers."""
    reports = [report for report in everything if report.container.state == "running"]
    assert {report.service for report in reports} == {*LONG_LIVED, *OURS, *STAND_INS}
    return reports


def look_into(composed: ComposedPortal, container: Container) -> dict[str, str]:
    if container.state != "running":
        return {}
    script = "; ".join(f"echo '{MARK}{name}'; {command}" for name, command in LOOKS.items())
    parts = composed.run_in(container, "sh", "-c", f"{script}; true").split(MARK)[1:]
    return {name: text for name, _, text in (part.partition("\n") for part in parts)}


@pytest.fixture(scope="module")
def described(composed: ComposedPortal) -> dict[str, Any]:
    return dict(json.loads(composed.compose("config", "--format", "json")))


def test_the_compose_file_gives_no_reason_to_warn(composed: ComposedPortal) -> None:
    assert composed.warnings() == ""


def test_no_process_is_root_or_may_become_more_than_it_is(running: list[ContainerReport]) -> None:
    for report in running:
        assert not report.host["Privileged"], report.service
        processes = statuses(report.inside["statuses"])
        assert len(processes) >= 2, report.service
        for process in processes:
            label = f"{report.service}: {process['Name']}"
            assert "0" not in process["Uid"].split() + process["Gid"].split(), label
            assert {int(process[of], 16) for of in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {
                0
            }, label
            assert process["NoNewPrivs"] == "1", label


def test_root_file_systems_cannot_be_written(running: list[ContainerReport]) -> None:
    for report in running:
        assert report.host["ReadonlyRootfs"], report.service
        tried = report.inside["writes"].splitlines()
        assert len(tried) == (6 if report.service in (*OURS, *STAND_INS) else 4), report.service
        assert all("Read-only file system" in line for line in tried), f"{report.service}: {tried}"


def test_nothing_of_the_host_can_be_written(running: list[ContainerReport]) -> None:
    for report in running:
        written = [
            mount for mount in report.known["Mounts"] if mount["RW"] and mount["Type"] == "bind"
        ]
        assert not written + (report.host["Devices"] or []), report.service


def test_no_secret_is_in_what_the_engine_tells(
    composed: ComposedPortal, everything: list[ContainerReport]
) -> None:
    """Environment, command, labels, results of health checks; of containers that have ended too."""
    values = secret_values(composed.secrets)
    assert len(values) > 30
    for report in everything:
        assert not leaked_secrets("\n".join(report.known["Config"]["Env"]), values), report.service
        assert not leaked_secrets(json.dumps(report.known), values), report.service


def test_no_secret_is_in_command_lines_and_environments_of_our_processes(
    composed: ComposedPortal, running: list[ContainerReport]
) -> None:
    """What a server's own image does inside with the file that it is given is not ours to say."""
    values = secret_values(composed.secrets)
    for report in running:
        if report.service in OURS:
            assert "/opt/portail/bin" in report.inside["environments"], report.service
            assert not leaked_secrets(
                report.inside["words"] + report.inside["environments"], values
            ), report.service


def test_no_secret_is_logged(composed: ComposedPortal) -> None:
    logged = composed.logs()
    assert "worker_started" in logged
    assert not leaked_secrets(logged, secret_values(composed.secrets))


def test_only_the_proxy_and_what_stands_in_for_others_are_published(
    running: list[ContainerReport], described: dict[str, Any]
) -> None:
    ports = {
        report.service: report.known["NetworkSettings"]["Ports"].values() for report in running
    }
    published = {
        service: {binding["HostIp"] for bindings in of_service for binding in bindings or ()}
        for service, of_service in ports.items()
        if any(of_service)
    }
    assert published == {service: {"127.0.0.1"} for service in ("proxy", "mailpit", *STAND_INS)}
    assert all(
        described["services"][service]["profiles"] == ["demo"]
        for service in ("mailpit", *STAND_INS)
    )


def test_only_mails_signatures_and_who_asks_providers_have_a_way_out(
    running: list[ContainerReport],
) -> None:
    """The proxy and what is of the demonstration have one because they are published."""
    routes = {report.service: report.inside["routes"].splitlines()[1:] for report in running}
    ways_out = {
        service
        for service, lines in routes.items()
        if DEFAULT_ROUTE in {line.split()[1] for line in lines}
    }
    assert ways_out == set(WITH_A_WAY_OUT)


@pytest.mark.parametrize(
    ("server", "port"), [("postgres", 5432), ("rabbitmq", 5672), ("objects", 8333)]
)
def test_the_gateway_reaches_no_server(
    composed: ComposedPortal, running: list[ContainerReport], server: str, port: int
) -> None:
    inside = {report.service: report.container for report in running}
    known = next(report.known for report in running if report.service == server)
    addresses = [network["IPAddress"] for network in known["NetworkSettings"]["Networks"].values()]
    assert connects(composed, inside["pieces"], server, port)
    assert not [
        address
        for address in (server, *addresses)
        if connects(composed, inside["gateway"], address, port)
    ]


def test_what_runs_once_ended_well_and_is_left_alone(everything: list[ContainerReport]) -> None:
    ended = [report for report in everything if report.container.state != "running"]
    ends = {
        report.service: (report.container.state, report.container.exit_code) for report in ended
    }
    assert ends == dict.fromkeys(ONE_SHOTS, ("exited", 0))
    assert {report.host["RestartPolicy"]["Name"] for report in ended} <= {"no", ""}


def statuses(text: str) -> list[dict[str, str]]:
    """/proc/*/status of several processes, one after the other."""
    processes: list[dict[str, str]] = []
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "Name":
            processes.append({})
        processes[-1][name] = value.strip()
    return [
        process for process in processes if "NoNewPrivs" in process
    ]  # one that ended while it was read has less


def connects(composed: ComposedPortal, container: Container, host: str, port: int) -> bool:
    code = f"try:\n {CONNECT.format(host, port)}\nexcept OSError as error:\n print(error)"
    return composed.run_in(container, "python", "-c", code).strip() == "connected"


OWN = {
    "accounts": {
        "client-secrets",
        "signing-key",
        "audit-key",
        "sealing-key",
        "mail-url",
        "demo-password",
    }
    | {"franceconnect-client-secret", "proconnect-client-secret"},
    "registrations": {"mail-url", "audit-key"},
    "documents": {"audit-key", "paper-key"},
    "pieces": {"audit-key"},
    "gateway": {"seal-key", "metrics-token"},
}
"""Beside the files that begin with its name, what is given to a service."""
SERVICE_OF = {"demo-catalogue": "registrations", "demo-staff": "accounts"}


def test_a_container_has_the_secrets_that_the_compose_file_gives_it(
    composed: ComposedPortal, everything: list[ContainerReport], described: dict[str, Any]
) -> None:
    # The certificate is no secret of the portal's: it lies where the operator has it, and here
    # there is none.
    ours = {
        name
        for name, secret in described["secrets"].items()
        if composed.secrets in Path(secret["file"]).parents
    }
    for report in everything:
        given = {
            secret["source"] for secret in described["services"][report.service].get("secrets", ())
        } & ours
        assert mounted(composed, report) == given, report.service


def test_a_service_is_given_nothing_of_anothers(
    composed: ComposedPortal, everything: list[ContainerReport]
) -> None:
    for report in [report for report in everything if report.service in (*OURS, *ONE_SHOTS)]:
        service = SERVICE_OF.get(report.service, report.service.partition("-")[0])
        for name in mounted(composed, report):
            label = f"{report.service}: {name}"
            assert name.startswith(f"{service}-") or name in OWN[service], label
            assert report.service.endswith("-migrate") or not name.endswith("-migrations-url"), (
                label
            )


def test_there_is_no_other_file_among_its_secrets(
    composed: ComposedPortal, running: list[ContainerReport]
) -> None:
    for report in [report for report in running if report.service in ("gateway", *SERVICES)]:
        listed = set(composed.run_in(report.container, "ls", "-A", "/run/secrets").split())
        assert listed == mounted(composed, report), report.service


def mounted(composed: ComposedPortal, report: ContainerReport) -> set[str]:
    """Names of the secret files that a container has, wherever."""
    files = [Path(mount["Source"]) for mount in report.known["Mounts"] if mount["Type"] == "bind"]
    return {file.name for file in files if composed.secrets in (file, *file.parents)}
