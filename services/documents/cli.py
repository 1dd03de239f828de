"""Commands of documents for operators."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

from services.chassis.events import commands as event_commands
from services.chassis.jobs import commands
from services.documents.follow_ups import registry
from services.documents.jobs import jobs
from services.documents.operations.reconciliation import rebuild, reconciliation
from services.objects import commands as object_commands


def register(app: Flask) -> None:
    """Add the commands that every service has for its events, jobs and objects, and `rebuild-from-objects`."""
    event_commands.register(app, registry)
    commands.register(app, jobs)
    object_commands.register(app, reconciliation)
    app.cli.add_command(rebuild_command)


@click.command("rebuild-from-objects")
@object_commands.rebuild_options
@with_appcontext
def rebuild_command(write: bool, minutes: int) -> None:
    """Make rows again for documents that the store holds and the database has lost."""
    object_commands.show_rebuilt(rebuild(write=write, minutes=minutes), written=write)
