"""Operators' commands, the same for every service: list parked tasks, run them or a job here and
now, set tasks aside, publish events again; and what each service's own commands need."""

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from services.chassis.database.audit import Actor
from services.chassis.database.transactions import Database
from services.chassis.errors import DomainError
from services.chassis.events import outbox
from services.chassis.tasks import new_tasks, parked, retention
from services.chassis.tasks.registry import HANDLERS, JOBS, Handlers
from services.chassis.tasks.retention import RETENTION
from services.chassis.tasks.runner import Interrupted, Runner
from services.chassis.tasks.tables import JOB, tasks
from services.clock import system_now


def register(app: Flask, handlers: Handlers) -> None:
    """Note what the service does later, and add the commands and `purge-events`, a job of every
    service."""
    app.extensions[HANDLERS] = handlers
    handlers.every(hours=24, name="purge-events")(
        partial(retention.purge, app.extensions["sqlalchemy"])
    )
    for command in (list_parked, replay, set_aside, run_job, publish_once_more):
        app.cli.add_command(command)


@click.command("parked")
@with_appcontext
def list_parked() -> None:
    """List what was given up, without what it says of people."""
    with _db().reading() as transaction:
        given_up = parked.parked_tasks(transaction)
    for task in given_up:
        click.echo(
            f"{task.sequence}  {task.ended_at:%Y-%m-%d %H:%M}Z  {task.handler}  {task.event_id}  "
            f"{task.reason}"
        )
    click.echo(f"{len(given_up)} parked")


@click.command("replay")
@click.argument("ids", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="Replay all that is parked.")
@with_appcontext
def replay(ids: tuple[int, ...], everything: bool) -> None:
    """Run parked tasks again, here and now."""
    with _db().reading() as transaction:
        chosen = (
            [task.sequence for task in parked.parked_tasks(transaction)]
            if everything
            else list(ids)
        )
    with _runner() as runner:
        failed = [sequence for sequence in chosen if not replayed(runner, sequence)]
    for sequence in failed:
        click.echo(f"{sequence}: still failing, or not parked", err=True)
    click.echo(f"{len(chosen) - len(failed)} replayed")
    sys.exit(bool(failed))


def replayed(runner: Runner, sequence: int) -> bool:
    """Run a parked task, and return whether that succeeded."""
    task = runner.leases.take_now(parked.is_parked(sequence))
    if task is None:
        return False
    try:
        error = runner.run(task)
    except Exception as unavailable:
        error = unavailable
    if error:
        click.echo(f"{sequence}: {type(error).__name__}", err=True)
    return error is None


@click.command("set-aside")
@click.argument("id", type=int)
@click.option("--reason", required=True)
@with_appcontext
def set_aside(id: int, reason: str) -> None:
    """Give up a parked task for good, saying why."""
    with _db().operation() as transaction:
        is_settled = parked.set_aside(transaction, id, reason)
    sys.exit(0 if is_settled else f"{id}: not parked")


@click.command("run-job")
@click.argument("name")
@with_appcontext
def run_job(name: str) -> None:
    """Run a timed job in this process now, due or not, unless a worker is running it (status 1)."""
    jobs = cast(Handlers, current_app.extensions[HANDLERS]).jobs
    if name not in jobs:
        raise click.ClickException(
            f"travail inconnu « {name} » : choisir parmi {', '.join(sorted(jobs))}"
        )
    new_tasks.add_recurring(_db(), JOBS.name, [name])
    with _runner() as runner:
        task = runner.leases.take_now((tasks.c.event_id == JOB) & (tasks.c.handler == name))
        if task is None:
            raise click.ClickException(f"« {name} » déjà en cours")
        error = runner.run(task)
    if isinstance(error, Interrupted):
        raise click.ClickException(f"« {name} » interrompu : un autre processus l'a repris")
    if error:
        raise click.ClickException(
            f"« {name} » a échoué : le journal (task_failed) dit pourquoi ; un worker le reprendra"
        )
    click.echo(f"« {name} » terminé")


@click.command("publish-again")
@click.option("--days", type=click.IntRange(1, RETENTION.days), required=True, help="How far back.")
@with_appcontext
def publish_once_more(days: int) -> None:
    """Publish what was published before, for services whose data were restored from an older
    copy."""
    click.echo(
        f"{outbox.publish_again(_db(), system_now() - timedelta(days=days))} to be published again"
    )


@contextmanager
def errors_as_messages() -> Iterator[None]:
    """Have a DomainError end the command with its French sentence, and one for each field, instead
    of a stack."""
    try:
        yield
    except DomainError as error:
        of_fields = (each for each in error.errors if each.detail != error.detail)
        details = [f"{each.pointer.removeprefix('#/')} : {each.detail}" for each in of_fields]
        raise click.ClickException("\n".join([error.detail, *details])) from error


def operator() -> Actor:
    """Return who types the command, by the name of the machine's user; a container's user has a
    number only."""
    try:
        return Actor("operator", getpass.getuser()[:64])
    except (KeyError, OSError):
        return Actor("operator", f"uid-{os.getuid()}")


def _db() -> Database:
    return cast(Database, current_app.extensions["sqlalchemy"])


@contextmanager
def _runner() -> Iterator[Runner]:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    runner = Runner(app, app.extensions[HANDLERS])
    with runner.renewing():
        yield runner
