"""Commands of pieces for operators; those of parked events come from the chassis."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

from services.chassis.events import commands
from services.chassis.objects import StoreUnavailable
from services.pieces.follow_ups import registry
from services.pieces.operations.reconciliation import reconcile
from services.pieces.operations.scans import rescan
from services.pieces.parts import parts


def register(app: Flask) -> None:
    commands.register(app, registry)
    for command in (reconcile_command, rescan_command):
        app.cli.add_command(command)


@click.command("reconcile")
@click.option("--dry-run", is_flag=True, help="Tell only; delete nothing.")
@with_appcontext
def reconcile_command(dry_run: bool) -> None:
    """Compare deposits with the object store now; status 1 when files are lost."""
    try:
        found = reconcile(parts(), dry_run=dry_run)
    except StoreUnavailable as error:
        raise click.ClickException("L'espace de stockage ne répond pas.") from error
    click.echo(f"{found.checked} fichier(s) vérifié(s), {found.left_over} reste(s), {len(found.lost)} perdu(s)")
    for deposit_id in found.lost:
        click.echo(f"perdu : dépôt {deposit_id}", err=True)
    if found.lost:
        raise SystemExit(1)


@click.command("rescan")
@click.option("--all", "everything", is_flag=True, help="Every current file, not only those without a verdict.")
@with_appcontext
def rescan_command(everything: bool) -> None:
    """Have files scanned (again) by the worker."""
    click.echo(f"{rescan(parts(), everything=everything)} fichier(s) à analyser")
