"""What the running containers may do: nothing as root, nothing on disk, nothing to the outside; and what they show."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.composed.secret_leaks import leaked_secrets, secret_values
from tests.support.composed_portal import LONG_LIVED, ONE_SHOTS, OURS

if TYPE_CHECKING:
    from tests.support.composed_portal import ComposedPortal, Container

# Read in one go, since each command in a container takes its time; of every process there, the shell included.
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
    "accounts-worker": "mails",
    "registrations-worker": "mails",
    "clamav": "signatures",
}


@dataclass(frozen=True)
class Seen:
    """A container, what the engine knows of it, and where it runs what was seen inside, by the name of the look."""

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
def everything(composed: ComposedPortal) -> list[Seen]:
    """All containers of the project, those that have ended included."""
    found = composed.containers()
    known = json.loads(composed.engine("inspect", *(one.id for one in found)))
    return [Seen(one, what, look_into(composed, one)) for one, what in zip(found, known, strict=True)]


@pytest.fixture(scope="module")
def running(everything: list[Seen]) -> list[Seen]:
    """Ours and the servers."""
    found = [one for one in everything if one.container.state == "running"]
    assert {one.service for one in found} == {*LONG_LIVED, *OURS}
    return found


def look_into(composed: ComposedPortal, container: Container) -> dict[str, str]:
    if container.state != "running":
        return {}
    script = "; ".join(f"echo '{MARK}{name}'; {command}" for name, command in LOOKS.items())
    parts = composed.run_in(container, "sh", "-c", f"{script}; true").split(MARK)[1:]
    return {name: text for name, _, text in (part.partition("\n") for part in parts)}


@pytest.fixture(scope="module")
def described(composed: ComposedPortal) -> dict[str, Any]:
    """The compose file as it is understood, by service."""
    return dict(json.loads(composed.compose("config", "--format", "json"))["services"])


def test_the_compose_file_gives_no_reason_to_warn(composed: ComposedPortal) -> None:
    assert composed.warnings() == ""


def test_no_process_is_root_or_may_become_more_than_it_is(running: list[Seen]) -> None:
    for one in running:
        assert not one.host["Privileged"], one.service
        processes = statuses(one.inside["statuses"])
        assert len(processes) >= 2, one.service
        for process in processes:
            told_of = f"{one.service}: {process['Name']}"
            assert "0" not in process["Uid"].split() + process["Gid"].split(), told_of
            assert {int(process[of], 16) for of in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}, told_of
            assert process["NoNewPrivs"] == "1", told_of


def test_root_file_systems_cannot_be_written(running: list[Seen]) -> None:
    for one in running:
        assert one.host["ReadonlyRootfs"], one.service
        tried = one.inside["writes"].splitlines()
        assert len(tried) == (6 if one.service in OURS else 4), one.service
        assert all("Read-only file system" in line for line in tried), f"{one.service}: {tried}"


def test_nothing_of_the_host_can_be_written(running: list[Seen]) -> None:
    for one in running:
        assert not [mount for mount in one.known["Mounts"] if mount["RW"] and mount["Type"] == "bind"], one.service
        assert not one.host["Devices"], one.service


def test_no_secret_is_in_what_the_engine_tells(composed: ComposedPortal, everything: list[Seen]) -> None:
    """Environment, command, labels, results of health checks; of containers that have ended too."""
    values = secret_values(composed.secrets)
    assert len(values) > 30
    for one in everything:
        assert not leaked_secrets("\n".join(one.known["Config"]["Env"]), values), one.service
        assert not leaked_secrets(json.dumps(one.known), values), one.service


def test_no_secret_is_in_command_lines_and_environments_of_our_processes(
    composed: ComposedPortal, running: list[Seen]
) -> None:
    """What a server's own image does inside with the file that it is given is not ours to say."""
    values = secret_values(composed.secrets)
    for one in running:
        if one.service in OURS:
            assert "/opt/portail/bin" in one.inside["environments"], one.service
            assert not leaked_secrets(one.inside["words"] + one.inside["environments"], values), one.service


def test_no_secret_is_logged(composed: ComposedPortal) -> None:
    logged = composed.logs()
    assert "worker_started" in logged
    assert not leaked_secrets(logged, secret_values(composed.secrets))


def test_only_the_proxy_and_the_demonstrations_mails_are_published(
    running: list[Seen], described: dict[str, Any]
) -> None:
    published = {
        one.service: {binding["HostIp"] for bindings in ports(one).values() for binding in bindings or ()}
        for one in running
        if any(ports(one).values())
    }
    assert published == {"proxy": {"127.0.0.1"}, "mailpit": {"127.0.0.1"}}
    assert described["mailpit"]["profiles"] == ["demo"]


def test_only_mails_and_signatures_have_a_way_out(running: list[Seen]) -> None:
    """The proxy and Mailpit have one because they are published."""
    assert {one.service for one in running if has_default_route(one.inside["routes"])} == set(WITH_A_WAY_OUT)


@pytest.mark.parametrize(("server", "port"), [("postgres", 5432), ("rabbitmq", 5672), ("objects", 8333)])
def test_the_gateway_reaches_no_server(composed: ComposedPortal, running: list[Seen], server: str, port: int) -> None:
    inside = {one.service: one.container for one in running}
    addresses = next(one.known for one in running if one.service == server)["NetworkSettings"]["Networks"].values()
    assert connects(composed, inside["pieces"], server, port)
    assert not connects(composed, inside["gateway"], server, port)
    for address in addresses:
        assert not connects(composed, inside["gateway"], address["IPAddress"], port)


def test_limits_and_restarts_are_those_of_the_compose_file(running: list[Seen], described: dict[str, Any]) -> None:
    for one in running:
        limits = described[one.service]["deploy"]["resources"]["limits"]
        assert one.host["Memory"] == int(limits["memory"]) > 0, one.service
        assert one.host["NanoCpus"] == round(float(limits["cpus"]) * 1e9) > 0, one.service
        assert one.host["RestartPolicy"]["Name"] == "unless-stopped", one.service
        assert one.host["LogConfig"]["Type"] == "json-file", one.service
        assert described[one.service]["logging"]["options"]["max-size"], one.service


def test_what_runs_once_ended_well_and_is_left_alone(everything: list[Seen]) -> None:
    ended = [one for one in everything if one.container.state != "running"]
    ends = {one.service: (one.container.state, one.container.exit_code) for one in ended}
    assert ends == dict.fromkeys(ONE_SHOTS, ("exited", 0))
    assert {one.host["RestartPolicy"]["Name"] for one in ended} <= {"no", ""}


def statuses(text: str) -> list[dict[str, str]]:
    """/proc/*/status of several processes, one after the other."""
    found: list[dict[str, str]] = []
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "Name":
            found.append({})
        found[-1][name] = value.strip()
    return [one for one in found if "NoNewPrivs" in one]  # one that ended while it was read has less


def ports(one: Seen) -> dict[str, list[dict[str, str]] | None]:
    return dict(one.known["NetworkSettings"]["Ports"])


def has_default_route(routes: str) -> bool:
    return any(line.split()[1] == DEFAULT_ROUTE for line in routes.splitlines()[1:])


def connects(composed: ComposedPortal, container: Container, host: str, port: int) -> bool:
    code = f"try:\n {CONNECT.format(host, port)}\nexcept OSError as error:\n print(error)"
    return composed.run_in(container, "python", "-c", code).strip() == "connected"
