"""One site for this folder: nginx before two gateway processes, in front of four real services."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from cryptography.fernet import Fernet
from prometheus_client.parser import text_string_to_metric_families
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from services import clock
from services.chassis.process.probe import HEALTH_PATHS
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import CandidateFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import SECRETS
from tests.support.nginx_proxy import Proxy
from tests.support.object_store import ObjectStore
from tests.support.ports import free_port
from tests.support.processes import Daemon, PrivateFolder, wait_until
from tests.support.scriptless_browser import SAME_ORIGIN

ROOT = Path(__file__).parents[2]
ADDRESSES = ("127.0.0.2", "127.0.0.3")
TIMEOUT_SECONDS = 90.0  # seconds: this machine may be busy with others
# A busy machine may answer 503 with Retry-After, as to a person.
RETRY_WHEN_BUSY = Retry(
    total=10, status_forcelist=[503], allowed_methods=None, backoff_factor=0.5, backoff_max=10
)
_DEPOSIT = re.compile(r'href="(/justificatifs/[0-9a-f]{32}/depot/[0-9a-f]{32})"')


class Replica:
    """One `python -m gateway` at an address of its own."""

    def __init__(
        self, address: str, port: int, environment: dict[str, str], folder: PrivateFolder
    ) -> None:
        self.address = address
        self.url = f"http://{address}:{port}"
        environment = environment | {"BIND": f"{address}:{port}"}
        self._daemon = Daemon(
            f"gateway-{address}", [sys.executable, "-m", "gateway"], folder, environment
        )

    def start(self) -> None:
        self._daemon.start(self.answers, TIMEOUT_SECONDS)

    def stop(self) -> None:
        """SIGTERM, as an operator does: requests under way are finished."""
        self._daemon.stop(40)

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/health/live", timeout=10).ok
        except requests.RequestException:
            return False

    def requests_served(self) -> int:
        """Requests answered, without probes and without those answered 503."""
        text = requests.get(f"{self.url}/metrics", timeout=TIMEOUT_SECONDS).text
        samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]
        answered = [sample for sample in samples if sample.name == "http_requests_total"]
        by_people = [sample for sample in answered if sample.labels["route"] not in HEALTH_PATHS]
        return round(sum(sample.value for sample in by_people if sample.labels["status"] != "503"))


class Site:
    """`url` is the proxy's; `replicas` start and stop; `direct` is a gateway that is not behind the
    proxy."""

    def __init__(self, folder: Path, bucket_url: str) -> None:
        port = free_port()
        self.proxy = Proxy(port)
        self.url = self.proxy.url
        self._services = InProcessFourServices(folder, bucket_url)
        self._folder = PrivateFolder("gateways")
        shared = self._environment()
        behind = shared | {"BEHIND_PROXY": "1", "TRUSTED_PROXIES": "1"}
        self.replicas = [Replica(address, port, behind, self._folder) for address in ADDRESSES]
        self.direct = Replica("127.0.0.1", free_port(), shared, self._folder)
        for replica in (*self.replicas, self.direct):
            replica.start()
        self.proxy.dns.addresses = list(ADDRESSES)
        wait_until(
            lambda: requests.get(self.url, timeout=TIMEOUT_SECONDS).ok,
            TIMEOUT_SECONDS,
            "the site answers",
        )

    def new_registered_candidate(self) -> str:
        """The mail address of a candidate who has registered and may deposit."""
        candidates = CandidateFactory(self._services)
        email = candidates.create_activated_account()
        candidates.register(email)
        self._services.deliver()
        return email

    def close(self) -> None:
        for replica in (*self.replicas, self.direct):
            replica.stop()
        self.proxy.close()
        self._services.close()
        self._folder.remove()

    def _environment(self) -> dict[str, str]:
        settings = self._services.gateway.app.extensions["portail"]
        urls = {
            f"{name.upper()}_URL": str(getattr(settings, f"{name}_url"))
            for name in self._services.apps
        }
        return urls | {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "ENV": "test",
            "LOG_LEVEL": "WARNING",
            "PUBLIC_URL": self.url,
            "PORTAIL_OFFSET": str(settings.portail_offset),
            "CLIENT_SECRET": SECRETS["gateway"],
            "SEAL_KEY": Fernet.generate_key().decode(),
        }


def log_in(url: str, email: str, retries: Retry | int = 0) -> requests.Session:
    """A session of this candidate, who has just logged in; requests are repeated as `retries`
    says."""
    visit = requests.Session()
    visit.mount(url, HTTPAdapter(max_retries=retries))
    visit.headers.update(SAME_ORIGIN)
    typed = {"identifiant": email, "password": PASSWORD}
    answer = visit.post(
        f"{url}/connexion", data=typed, allow_redirects=False, timeout=TIMEOUT_SECONDS
    )
    assert answer.status_code == 303, answer.text
    return visit


def deposit_form_urls(url: str, visit: requests.Session) -> list[str]:
    """The addresses of the forms that take a file."""
    listed = visit.get(f"{url}/justificatifs", timeout=TIMEOUT_SECONDS)
    candidature = re.findall(r'href="(/justificatifs/[0-9a-f]{32})"', listed.text)[0]
    return [
        f"{url}{path}"
        for path in _DEPOSIT.findall(visit.get(f"{url}{candidature}", timeout=TIMEOUT_SECONDS).text)
    ]


@pytest.fixture(scope="package")
def site(objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = Site(tmp_path_factory.mktemp("site"), objects.fresh_bucket().url)
    yield running
    running.close()
    clock.set_offset(0)
