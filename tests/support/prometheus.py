"""Debian's Prometheus with the rules of deploy/monitoring, asking processes of this machine."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.support.missing_services import installed
from tests.support.ports import free_port
from tests.support.processes import Daemon, PrivateFolder, account_for

MONITORING = Path(__file__).parents[2] / "deploy" / "monitoring"
ANSWER_SECONDS = 30.0
OPERATORS_INTERVAL = "    interval: 5m\n"


class Prometheus:
    """`targets`: the port of each process by the name of its job in prometheus.yml, asked every
    `seconds`; jobs without a port are left out. Raises NotInstalled.
    """

    def __init__(self, targets: Mapping[str, int], token: str, seconds: int = 1) -> None:
        program = installed("Prometheus", "prometheus")
        self.url = f"http://127.0.0.1:{free_port()}"
        self._folder = PrivateFolder("prometheus", account_for("prometheus"))
        self._folder.write("metrics-token", token)
        self._copy_rules()
        configuration = self._folder.write(
            "prometheus.yml", yaml.safe_dump(_configuration(targets, seconds))
        )
        options = (
            f"--config.file={configuration}",
            f"--storage.tsdb.path={self._folder.folder('data')}",
            f"--web.listen-address={self.url.removeprefix('http://')}",
        )
        self._daemon = Daemon(
            "prometheus", [program, *options], self._folder, {"PATH": os.environ["PATH"]}
        )
        self._daemon.start(self._is_ready)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples that answer it now: `metric` (labels) and `value`. Raises
        requests.HTTPError."""
        return list(self._ask("query", query=expression)["result"])

    def rules(self) -> list[dict[str, Any]]:
        return [rule for group in self._ask("rules")["groups"] for rule in group["rules"]]

    def targets(self) -> list[dict[str, Any]]:
        """Everything that is asked, with its `labels`, `health` and `lastError`."""
        return list(self._ask("targets")["activeTargets"])

    def stop(self) -> None:
        self._daemon.stop()

    def _ask(self, path: str, **parameters: str) -> dict[str, Any]:
        answer = requests.get(
            f"{self.url}/api/v1/{path}", params=parameters, timeout=ANSWER_SECONDS
        )
        answer.raise_for_status()
        return dict(answer.json()["data"])

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/-/ready", timeout=ANSWER_SECONDS).ok
        except requests.ConnectionError:
            return False

    def _copy_rules(self) -> None:
        """Those that are evaluated rarely, as often as all others."""
        rules = self._folder.folder("rules")
        for path in sorted((MONITORING / "rules").glob("*.yml")):
            text = path.read_text(encoding="utf-8").replace(OPERATORS_INTERVAL, "")
            self._folder.write(f"{rules.name}/{path.name}", text)


def job_names() -> list[str]:
    """The processes that prometheus.yml asks."""
    return [job["job_name"] for job in _as_deployed()["scrape_configs"]]


def _configuration(targets: Mapping[str, int], seconds: int) -> dict[str, Any]:
    """prometheus.yml, but for where processes are and how often they are asked."""
    configuration = _as_deployed()
    configuration["global"] = {
        "scrape_interval": f"{seconds}s",
        "evaluation_interval": f"{seconds}s",
    }
    jobs = [job for job in configuration["scrape_configs"] if job["job_name"] in targets]
    for job in jobs:
        del job["dns_sd_configs"]
        job["static_configs"] = [{"targets": [f"127.0.0.1:{targets[job['job_name']]}"]}]
    return configuration | {"scrape_configs": jobs}


def _as_deployed() -> dict[str, Any]:
    return dict(yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8")))
