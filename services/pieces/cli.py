"""Commands of pieces for operators; those of events, jobs and objects come from the chassis."""

import click
from flask import Flask
from flask.cli import with_appcontext

from services.chassis.database.audit import Actor
from services.chassis.tasks import audit_jobs, commands
from services.objects import StoreUnavailable
from services.objects import jobs as object_jobs
from services.objects.store import RootsInStore
from services.pieces.dependencies import dependencies
from services.pieces.jobs import registry
from services.pieces.models import audit_chain
from services.pieces.operations.antivirus_scans import rescan
from services.pieces.operations.candidature_states import tell_all_states
from services.pieces.operations.restoration import reconciliation, restore_deposit


def register(app: Flask) -> None:
    commands.register(app, registry)
    object_jobs.register_command(app, reconciliation)
    audit_jobs.register(app, registry, audit_chain, lambda: RootsInStore(dependencies().store))
    for command in (rescan_command, restore_command, tell_command):
        app.cli.add_command(command)


@click.command("rescan")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Every current file, not only those without a verdict.",
)
@with_appcontext
def rescan_command(everything: bool) -> None:
    """Have files scanned (again) by the worker."""
    click.echo(f"{rescan(everything=everything)} fichier(s) à analyser")


@click.command("tell-states")
@with_appcontext
def tell_command() -> None:
    """Tell registrations what the pieces of every candidature are at: once after an upgrade to it,
    or a restore."""
    click.echo(f"{tell_all_states()} candidature(s)")


@click.command("restore-deposit")
@click.argument("deposit_id")
@click.option("--academie", required=True, help="The académie of the exam office that asks.")
@click.option("--by", "staff_id", required=True, help="Id of the member of staff who asks.")
@click.option("--reason", required=True)
@with_appcontext
def restore_command(deposit_id: str, academie: str, staff_id: str, reason: str) -> None:
    """Make a replaced or deleted file its piece's current one again (ids: the history of a piece in
    the staff API)."""
    try:
        with commands.errors_as_messages():
            restore_deposit(deposit_id, academie, Actor("staff", staff_id), reason)
    except StoreUnavailable as error:
        raise click.ClickException("L'espace de stockage ne répond pas.") from error
    click.echo("Fichier remis en place.")
