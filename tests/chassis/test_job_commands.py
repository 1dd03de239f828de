"""What an operator does with jobs, the same in every service."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from deploy.service_names import SERVICES
from services.chassis.clock import system_now
from services.chassis.tasks import commands
from services.chassis.tasks.registry import Handlers
from services.chassis.tasks.rows import RETRY_SECONDS
from tests.architecture import apps
from tests.chassis.tables import clockwork
from tests.chassis.test_jobs import PATIENCE, change_lease, counted, lease_of, nightly, run_due
from tests.support.processes import wait_until


@pytest.fixture
def app(database_url: str) -> Flask:
    return clockwork(database_url)


def run_job(app: Flask, handlers: Handlers, name: str = "nightly") -> Result:
    commands.register(app, handlers)
    return app.test_cli_runner().invoke(args=["run-job", name])


def last_line(result: Result) -> str:
    return result.output.splitlines()[-1]


def test_a_job_is_run_now_though_not_due_and_then_waits_for_its_period(app: Flask) -> None:
    ran: list[str] = []
    handlers = counted(ran)
    assert last_line(run_job(app, handlers)) == "« nightly » terminé"
    first = lease_of(app)
    result = run_job(app, handlers)
    assert (result.exit_code, last_line(result)) == (0, "« nightly » terminé")
    assert ran == ["nightly", "nightly"]
    assert lease_of(app).leased_by is None
    assert lease_of(app).available_at > first.available_at > system_now() + timedelta(hours=23)
    assert "nightly" not in run_due(app, handlers)


def test_a_job_that_a_worker_has_in_hand_is_not_run_beside_it(app: Flask) -> None:
    ran: list[str] = []
    handlers = counted(ran)
    run_due(app, handlers)
    change_lease(app, leased_by="a worker", leased_until=system_now() + timedelta(minutes=1))
    result = run_job(app, handlers)
    assert (result.exit_code, last_line(result)) == (1, "Error: « nightly » déjà en cours")
    assert (ran, lease_of(app).leased_by) == (["nightly"], "a worker")


def test_no_worker_runs_a_job_beside_the_operator_however_long_it_takes(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.tasks.rows.RENEW_SECONDS", 0.05)
    beside = list[str]()

    def work() -> None:
        first = lease_of(app).leased_until
        wait_until(lambda: lease_of(app).leased_until > first, PATIENCE, "the lease, renewed")
        change_lease(app, available_at=system_now() - timedelta(seconds=1))
        beside.extend(run_due(app, counted([])))

    assert last_line(run_job(app, nightly(work))) == "« nightly » terminé"
    assert beside == []


def test_a_job_that_fails_ends_with_one_and_is_due_again_as_after_a_worker(app: Flask) -> None:
    result = run_job(app, counted([], fails=True))
    assert result.exit_code == 1
    assert "« nightly » a échoué" in last_line(result)
    assert lease_of(app).available_at <= system_now() + timedelta(seconds=RETRY_SECONDS[0])
    assert lease_of(app).leased_by is None


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_lists_its_jobs_to_whoever_names_another(service: str, tmp_path: Path) -> None:
    result = apps.build(service, tmp_path).test_cli_runner().invoke(args=["run-job", "inconnu"])
    assert result.exit_code == 1
    assert "travail inconnu « inconnu » : choisir parmi " in last_line(result)
    assert "purge-events" in last_line(result)
