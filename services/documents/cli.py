"""Commands of documents for operators."""

from __future__ import annotations

import click
from flask import Flask

from services.chassis.events import commands
from services.documents.follow_ups import registry
from services.documents.operations.reconciliation import reconcile
from services.documents.parts import parts


def register(app: Flask) -> None:
    """`reconcile`, and what every service offers for its events: `parked`, `replay` …"""
    commands.register(app, registry)
    app.cli.add_command(reconcile_command)


@click.command("reconcile")
def reconcile_command() -> None:
    """Compare documents with the object store now, and mend what can be."""
    found = reconcile(parts())
    click.echo(f"{found.remade} document(s) refait(s), {found.lost} perdu(s), {found.deleted} reste(s) supprimé(s)")
