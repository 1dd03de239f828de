"""A real Prometheus watches a whole portal: all is asked, every rule evaluated, every panel has
something to show.

It takes as long as a portal to start, a candidate to register and the jobs that count each minute
to be asked.
"""

import math
import threading
from collections.abc import Iterator
from functools import partial

import pytest
import requests
from playwright.sync_api import Browser

from deploy.backups import ages as backup_ages
from deploy.backups import postgres
from deploy.backups.ages import Ages, Schedule
from tests.journeys.justificatifs_page import register_candidate, write_pdf
from tests.monitoring.definitions import QUERIES
from tests.support.launched_portal import LaunchedPortal
from tests.support.ports import free_port
from tests.support.processes import wait_until
from tests.support.prometheus import Prometheus
from tests.support.scriptless_browser import SAME_ORIGIN

PATIENCE_SECONDS = 180.0  # what jobs count each minute is shown some seconds later
DAMAGED = b"%PDF-1.7\n"
MAY_BE_EMPTY = {
    "Alertes en cours": "no alert fires in a portal that is well",
    "Disjoncteurs ouverts": "no service hangs",
}
"""Panels that show « aucun » where all is well, and why."""


@pytest.fixture(scope="module")
def portal() -> Iterator[LaunchedPortal]:
    portal = LaunchedPortal("observe")
    yield portal
    portal.stop()


@pytest.fixture(scope="module")
def prometheus(
    portal: LaunchedPortal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """Asks the portal, and the backups' page of a repository that somebody has restored from."""
    port = free_port()
    restored = tmp_path_factory.mktemp("repository") / "restored"
    restored.touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres, "RESTORED", restored)
        ages = Ages(Schedule(hour=2, objects_seconds=600))
        threading.Thread(target=backup_ages.serve, args=(ages, port), daemon=True).start()
        ports = {name: process.port for name, process in portal.processes().items()}
        server = Prometheus(ports | {"backup": port}, token="of the gateway")
        yield server
        server.stop()


@pytest.fixture(scope="module")
def candidate(
    portal: LaunchedPortal,
    browser: Browser,
    prometheus: Prometheus,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Somebody registers, deposits a file and has another one refused; pieces are watched before,
    so that this is a growth of their counters."""
    wait_until(
        lambda: bool(prometheus.query("pieces_deposits_total")),
        PATIENCE_SECONDS,
        "pieces are watched",
    )
    someone = register_candidate(portal, browser)
    sound = write_pdf(tmp_path_factory.mktemp("files")).read_bytes()
    for content, status in ((sound, 303), (DAMAGED, 422)):
        answer = requests.post(
            f"{portal.url}/justificatifs/{someone.candidature}/depot/{someone.replaced_piece}",
            files={"fichier": ("pièce.pdf", content, "application/pdf")},
            cookies=someone.cookies,
            headers=SAME_ORIGIN,
            allow_redirects=False,
            timeout=60,
        )
        assert answer.status_code == status


def values(prometheus: Prometheus, query: str) -> list[float]:
    return [float(sample["value"][1]) for sample in prometheus.query(query)]


def test_every_process_is_asked_and_answers(prometheus: Prometheus) -> None:
    def all_up() -> bool:
        return all(target["health"] == "up" for target in prometheus.targets())

    wait_until(all_up, PATIENCE_SECONDS, f"up: {prometheus.targets()}")


@pytest.mark.usefixtures("candidate")
def test_every_rule_can_be_evaluated(prometheus: Prometheus) -> None:
    wait_until(
        lambda: {rule["health"] for rule in prometheus.rules()} == {"ok"},
        PATIENCE_SECONDS,
        "rules evaluated",
    )
    assert {
        rule["name"]: rule.get("lastError", "")
        for rule in prometheus.rules()
        if rule.get("lastError")
    } == {}


@pytest.mark.usefixtures("candidate")
def test_every_panel_has_something_to_show_and_those_that_may_be_empty_are_answered(
    prometheus: Prometheus,
) -> None:
    def shown(query: str) -> bool:
        return any(math.isfinite(value) for value in values(prometheus, query))

    for panel, query in QUERIES:
        if panel in MAY_BE_EMPTY:
            prometheus.query(query)
        else:
            wait_until(partial(shown, query), PATIENCE_SECONDS, f"« {panel} »: {query}")


@pytest.mark.usefixtures("candidate")
def test_what_the_candidate_did_is_what_the_dashboard_shows(prometheus: Prometheus) -> None:
    [panel] = [query for title, query in QUERIES if title == "Fichiers refusés en une heure"]
    refused = f'{panel} and on (outcome) pieces_deposits_total{{outcome="damaged"}}'
    wait_until(
        lambda: any(value > 0 for value in values(prometheus, refused)),
        PATIENCE_SECONDS,
        "the refused file",
    )
    assert values(prometheus, "sum(registrations_saved_total)") == [1]
    assert values(prometheus, 'sum(pieces_deposits_total{outcome="kept"})') == [1]
