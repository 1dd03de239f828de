"""Services lead to ports of their pods, processes are probed where they answer, the Ingress leaves the rest to us."""

import re
from pathlib import Path

from deploy.local.supervisor import SILENT_SECONDS
from deploy.service_names import CLIENTS
from services.chassis.process.probe import HEALTH_PATHS
from tests.kubernetes.rendered import Object, named, of_kind, workload, workloads
from tests.support.compose_file import COMPOSE_SERVICES

NGINX = Path(__file__).parents[2] / "deploy/containers/proxy/nginx.conf"
PATHS = {"startupProbe": "/health/live", "livenessProbe": "/health/live", "readinessProbe": "/health/ready"}


def test_every_service_leads_to_a_port_of_its_pods(objects: list[Object]) -> None:
    for service in of_kind(objects, "Service"):
        pods = workload(objects, service["metadata"]["name"])
        ports = {port["name"]: port["containerPort"] for port in pods.process["ports"]}
        # Without an address of its own a Service leads to the pods' port, whatever it says.
        assert all(ports[port["targetPort"]] == port["port"] for port in service["spec"]["ports"]), pods.name


def test_every_process_is_probed_where_it_answers_or_as_compose_does(objects: list[Object]) -> None:
    assert set(PATHS.values()) <= set(HEALTH_PATHS)
    for each in workloads(objects):
        if each.kind == "Job":
            continue
        probes = {name: each.process[name] for name in PATHS if name in each.process}
        assert "readinessProbe" in probes, each.name
        for name, probe in probes.items():
            if each.service in CLIENTS:
                assert probe["httpGet"]["path"] == PATHS[name], each.name
                assert probe["httpGet"]["port"] in {port["name"] for port in each.process["ports"]}, each.name
            elif test := COMPOSE_SERVICES[each.name].get("healthcheck", {}).get("test"):
                assert probe["exec"]["command"] == (test[1:] if test[0] == "CMD" else ["sh", "-c", test[1]]), each.name
            else:
                assert "tcpSocket" in probe, each.name


def test_a_silent_pod_is_ended_about_as_soon_as_a_silent_process_of_one_machine(objects: list[Object]) -> None:
    for each in workloads(objects):
        if each.service in (*CLIENTS, "proxy") and each.kind != "Job":
            probe = each.process["livenessProbe"]
            assert probe["periodSeconds"] * probe["failureThreshold"] == SILENT_SECONDS, each.name
            # Who is silent finishes nothing: it is not given the time that a stop has.
            assert probe["terminationGracePeriodSeconds"] <= probe["periodSeconds"], each.name


def test_the_ingress_leaves_bodies_and_waiting_to_the_proxy(production: list[Object]) -> None:
    ingress = named(production, "Ingress", "portail")
    annotations = ingress["metadata"]["annotations"]
    words = {name.removeprefix("nginx.ingress.kubernetes.io/"): value for name, value in annotations.items()}
    assert (words["proxy-request-buffering"], words["proxy-buffering"], words["proxy-body-size"]) == ("off", "off", "0")
    [waits] = re.findall(r"proxy_read_timeout (\d+)s;", NGINX.read_text(encoding="utf-8"))
    assert int(words["proxy-read-timeout"]) > int(waits)
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    ports = named(production, "Service", backend["name"])["spec"]["ports"]
    assert backend["port"]["name"] in {port["name"] for port in ports}
