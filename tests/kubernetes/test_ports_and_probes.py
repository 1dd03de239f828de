"""Ports and probes are those of the code and of docker-compose.yml: where processes listen, who calls and asks them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from deploy.containers.secret_makers import SECRET_MAKERS
from deploy.service_names import CLIENTS
from services.chassis.process.probe import HEALTH_PATHS
from tests.kubernetes.environments import composed_environment, environment_of, secrets_by_path
from tests.kubernetes.rendered import PROBES, Object, Workload, named, of_kind, workloads
from tests.support.compose_file import COMPOSE_SERVICES

ROOT = Path(__file__).parents[2]
NGINX = ROOT / "deploy/containers/proxy/nginx.conf"
WHOLE_NAME = re.compile(r"^(\w[\w-]*)\.portail\.svc\.cluster\.local$")


def test_every_process_listens_is_reached_and_is_probed_where_it_answers(objects: list[Object]) -> None:
    assert len(ports_of_ours()) == 1
    listening, services = listening_ports(), {each["metadata"]["name"] for each in of_kind(objects, "Service")}
    for each in workloads(objects):
        called = [
            (host, port)
            for host, port in _called(objects, each)
            if host not in services or port not in _ports_of_service(objects, host)
        ]
        assert called == [], f"{each.name}: nothing answers there"
        if each.kind != "Job":
            assert {port["containerPort"] for port in each.process["ports"]} == listening[each.name], each.name
            assert "readinessProbe" in each.process, each.name
            probes = {name: each.process[name] for name in PROBES if name in each.process}
            assert [name for name, probe in probes.items() if not _is_right(each, name, probe)] == [], each.name


def test_the_ingress_leaves_bodies_and_waiting_to_the_proxy(production: list[Object]) -> None:
    ingress = named(production, "Ingress", "portail")
    annotations = ingress["metadata"]["annotations"]
    words = {name.removeprefix("nginx.ingress.kubernetes.io/"): value for name, value in annotations.items()}
    assert (words["proxy-request-buffering"], words["proxy-buffering"], words["proxy-body-size"]) == ("off", "off", "0")
    [waits] = re.findall(r"proxy_read_timeout (\d+)s;", NGINX.read_text(encoding="utf-8"))
    assert int(words["proxy-read-timeout"]) > int(waits)
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["port"]["name"] in {
        port["name"] for port in named(production, "Service", backend["name"])["spec"]["ports"]
    }


def ports_of_ours() -> set[int]:
    """Where our processes listen in their images."""
    lines = (ROOT / "deploy/images/Dockerfile").read_text(encoding="utf-8")
    return {int(port) for port in re.findall(r"(?:BIND=[\d.]+:|WORKER_PORT=|EXPOSE )(\d+)", lines)}


def listening_ports() -> dict[str, set[int]]:
    """By name of the process: ours as their images say, servers as those who call them in docker-compose.yml."""
    ports = {name: ports_of_ours() for name in COMPOSE_SERVICES if name.endswith("-worker")}
    for name, composed in COMPOSE_SERVICES.items():
        for value in composed_environment(name).values():
            _add(ports, value)
        for published in composed.get("ports", []):
            ports.setdefault(name, set()).add(int(published.rpartition(":")[2]))
    for maker in SECRET_MAKERS.values():
        _add(ports, maker())
    ports["proxy"] -= {8443}  # TLS, which the Ingress ends
    return ports | {"gateway": ports_of_ours()}


def _add(ports: dict[str, set[int]], text: str) -> None:
    url = urlsplit(text) if "://" in text else urlsplit("")
    if url.hostname in COMPOSE_SERVICES and url.port:
        ports.setdefault(url.hostname, set()).add(url.port)


def _called(objects: list[Object], each: Workload) -> Iterator[tuple[str, int]]:
    values = environment_of(objects, each.process)
    texts = [value for name, value in values.items() if name.endswith("_URL") and name != "PUBLIC_URL"]
    if "postgres" in {other.name for other in workloads(objects)}:
        texts += [SECRET_MAKERS[key]() for key in secrets_by_path(each).values() if key.endswith("-url")]
    if gateway := values.get("GATEWAY"):
        texts.append(f"http://{gateway}")
    for url in map(urlsplit, texts):
        hostname = url.hostname or ""
        match = WHOLE_NAME.match(hostname)
        yield match[1] if match else hostname, url.port or 0


def _ports_of_service(objects: list[Object], name: str) -> set[int]:
    """Those that lead to a port of the pods behind it."""
    service = named(objects, "Service", name)["spec"]
    pods = next(each for each in workloads(objects) if each.name == name)
    ports = {port["name"]: port["containerPort"] for port in pods.process["ports"]}
    # Without an address of its own a Service leads to the pods' port, whatever it says.
    return {port["port"] for port in service["ports"] if ports.get(port["targetPort"]) == port["port"]}


def _is_right(each: Workload, name: str, probe: Object) -> bool:
    """Whether it asks what the process answers, or what docker-compose.yml asks."""
    if each.service in CLIENTS:
        path = "/health/ready" if name == "readinessProbe" else "/health/live"
        ports = {port["name"] for port in each.process["ports"]}
        return path in HEALTH_PATHS and probe["httpGet"]["path"] == path and probe["httpGet"]["port"] in ports
    composed = COMPOSE_SERVICES[each.name].get("healthcheck")
    return "tcpSocket" in probe if composed is None else probe["exec"]["command"] == _command(composed["test"])


def _command(test: list[str]) -> list[str]:
    return test[1:] if test[0] == "CMD" else ["sh", "-c", test[1]]
