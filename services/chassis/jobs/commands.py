"""The operators' command `run-job`, the same for every service: runs a scheduled job now."""

from __future__ import annotations

import threading
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from services.chassis.database.transactions import Database, new_id
from services.chassis.jobs import lease_rows
from services.chassis.jobs.registry import Jobs
from services.chassis.jobs.runner import Outcome, run_leased

_JOBS = "portail.jobs"
_NOT_DONE = {
    Outcome.FAILED: "a échoué : le journal (job_failed) dit pourquoi ; un worker le reprendra",
    Outcome.INTERRUPTED: "interrompu : un autre processus l'a repris",
}


def register(app: Flask, jobs: Jobs) -> None:
    """Adds `run-job` to the service's commands."""
    app.extensions[_JOBS] = jobs
    app.cli.add_command(run_job)


@click.command("run-job")
@click.argument("name")
@with_appcontext
def run_job(name: str) -> None:
    """Run a scheduled job in this process now, due or not, unless a worker is running it (status 1)."""
    jobs = cast(Jobs, current_app.extensions[_JOBS])
    if name not in jobs.names():
        raise click.ClickException(f"travail inconnu « {name} » : choisir parmi {', '.join(sorted(jobs.names()))}")
    db, owner = cast(Database, current_app.extensions["sqlalchemy"]), new_id()
    if not lease_rows.take(db, name, owner, even_if_not_due=True):
        raise click.ClickException(f"« {name} » déjà en cours")
    outcome = run_leased(db, jobs[name], owner, stop=threading.Event())
    if outcome is not Outcome.DONE:
        raise click.ClickException(f"« {name} » {_NOT_DONE[outcome]}")
    click.echo(f"« {name} » terminé")
