"""The profile « observe »: what Prometheus and Grafana are given, whom they reach, who reaches
them."""

import configparser
import re
from pathlib import PurePosixPath

import yaml

from tests.kubernetes.rendered import composed_secrets
from tests.monitoring.definitions import DASHBOARDS, FOLDER, MONITORING, ROOT, read_yaml
from tests.support.compose_file import COMPOSE, COMPOSE_SERVICES

OBSERVERS = ("prometheus", "grafana")


def mounts(service: str) -> dict[str, str]:
    """Of files and folders of the project: where each is in the container, by its path here."""
    parts = [entry.split(":") for entry in COMPOSE_SERVICES[service]["volumes"]]
    assert all(part[2:] == ["ro"] for part in parts if part[0].startswith("."))
    return {part[0].removeprefix("./"): part[1] for part in parts if part[0].startswith(".")}


def test_observers_run_only_where_an_operator_asks_for_them_and_may_do_little() -> None:
    for described in (COMPOSE_SERVICES[service] for service in OBSERVERS):
        assert described["profiles"] == ["observe"]
        assert described["security_opt"] == ["no-new-privileges:true"]
        assert described["user"].partition(":")[0] not in ("root", "0")
        assert re.search(r":v?\d+\.\d+\.\d+$", described["image"])


def test_only_grafana_is_published_and_on_this_machine_alone() -> None:
    assert "ports" not in COMPOSE_SERVICES["prometheus"]
    [port] = COMPOSE_SERVICES["grafana"]["ports"]
    assert port == "127.0.0.1:3000:3000"


def test_prometheus_reaches_our_processes_and_grafana_prometheus() -> None:
    assert set(COMPOSE_SERVICES["prometheus"]["networks"]) == {"services", "observe"}
    assert set(COMPOSE_SERVICES["grafana"]["networks"]) == {"observe", "edge"}
    members = {
        name for name, service in COMPOSE_SERVICES.items() if "observe" in service["networks"]
    }
    assert members == set(OBSERVERS)
    assert yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["networks"]["observe"] == {
        "internal": True
    }


def test_prometheus_finds_its_files_where_its_configuration_looks_for_them() -> None:
    places = mounts("prometheus")
    configuration = read_yaml(MONITORING / "prometheus.yml")
    folder = PurePosixPath(places["deploy/monitoring/prometheus.yml"]).parent
    assert [str(folder / name) for name in configuration["rule_files"]] == [
        places["deploy/monitoring/rules"] + "/*.yml"
    ]
    [gateway] = [
        target for target in configuration["scrape_configs"] if target["job_name"] == "gateway"
    ]
    token = gateway["authorization"]["credentials_file"]
    assert composed_secrets("prometheus") == {str(folder / token): "metrics-token"}
    assert (
        f"--config.file={places['deploy/monitoring/prometheus.yml']}"
        in COMPOSE_SERVICES["prometheus"]["command"]
    )


def test_grafana_finds_its_password_its_source_and_its_dashboards() -> None:
    ini = configparser.ConfigParser(interpolation=None)
    ini.read(FOLDER / "grafana.ini", encoding="utf-8")
    places = mounts("grafana")
    assert all((ROOT / path).exists() for path in places)
    assert places["deploy/monitoring/grafana/grafana.ini"] == "/etc/grafana/grafana.ini"
    assert places["deploy/monitoring/grafana/provisioning"] == "/etc/grafana/provisioning"
    [secret] = composed_secrets("grafana")
    assert ini["security"]["admin_password"] == f"$__file{{{secret}}}"
    [provider] = read_yaml(FOLDER / "provisioning/dashboards/portail.yml")["providers"]
    assert provider["options"]["path"] == places["deploy/monitoring/grafana/dashboards"]
    home = PurePosixPath(ini["dashboards"]["default_home_dashboard_path"])
    assert (str(home.parent), home.name in DASHBOARDS) == (provider["options"]["path"], True)
