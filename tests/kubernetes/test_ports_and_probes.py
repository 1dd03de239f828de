"""Ports and probes are those of the code and of docker-compose.yml."""

from __future__ import annotations

import re
from pathlib import Path

from tests.kubernetes import addresses
from tests.kubernetes.rendered import Object, named, workload

NGINX = Path(__file__).parents[2] / "deploy/containers/proxy/nginx.conf"


def test_containers_have_the_ports_that_their_processes_listen_on(objects: list[Object]) -> None:
    assert len(addresses.ports_of_ours()) == 1
    assert addresses.other_ports_than_listened_on(objects) == []


def test_another_port_is_noticed(objects: list[Object]) -> None:
    workload(objects, "pieces").process["ports"][0]["containerPort"] = 8001
    assert addresses.other_ports_than_listened_on(objects) == ["pieces: [8001], it listens on [8000]"]
    assert "gateway: pieces:8000" in addresses.addresses_that_lead_nowhere(objects)


def test_every_address_leads_to_a_process(objects: list[Object]) -> None:
    assert addresses.addresses_that_lead_nowhere(objects) == []


def test_a_service_that_leads_elsewhere_is_noticed(objects: list[Object]) -> None:
    named(objects, "Service", "clamav")["spec"]["ports"][0]["port"] = 3311
    assert "pieces: clamav:3310" in addresses.addresses_that_lead_nowhere(objects)


def test_probes_ask_what_is_answered(objects: list[Object]) -> None:
    assert addresses.wrong_probes(objects) == []


def test_a_probe_that_nobody_answers_is_noticed(objects: list[Object]) -> None:
    workload(objects, "accounts-worker").process["livenessProbe"]["httpGet"]["path"] = "/healthz"
    assert addresses.wrong_probes(objects) == ["accounts-worker: livenessProbe"]


def test_the_ingress_leaves_bodies_and_waiting_to_the_proxy(objects: list[Object], overlay: str) -> None:
    if overlay == "demonstration":
        return
    ingress = named(objects, "Ingress", "portail")
    annotations = ingress["metadata"]["annotations"]
    words = {name.removeprefix("nginx.ingress.kubernetes.io/"): value for name, value in annotations.items()}
    assert (words["proxy-request-buffering"], words["proxy-buffering"], words["proxy-body-size"]) == ("off", "off", "0")
    [waits] = re.findall(r"proxy_read_timeout (\d+)s;", NGINX.read_text(encoding="utf-8"))
    assert int(words["proxy-read-timeout"]) > int(waits)
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    assert backend["port"]["name"] in {
        port["name"] for port in named(objects, "Service", backend["name"])["spec"]["ports"]
    }
