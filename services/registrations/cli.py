"""Commands of registrations for operators: catalogue, messages. Errors are printed and end with
status 1."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from services.chassis.tasks import audit_jobs, commands
from services.chassis.tasks.commands import errors_as_messages, operator
from services.clock import PARIS, portal_now
from services.contracts.api.administration import NewMessage
from services.contracts.registration_rules import SEVERITIES
from services.french import short_instant
from services.registrations.catalogue import etablissements
from services.registrations.catalogue.contents import Catalogue, read_catalogue
from services.registrations.catalogue.mistakes import CatalogueError, Mistake
from services.registrations.jobs import registry
from services.registrations.models import audit_chain, db
from services.registrations.operations import catalogue as catalogue_operations
from services.registrations.operations import messages, republication, retention
from services.registrations.queries.openings import all_messages

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
PARIS_TIME = click.DateTime(["%Y-%m-%d %H:%M"])


def register(app: Flask) -> None:
    commands.register(app, registry)
    audit_jobs.register(app, registry, audit_chain)
    for command in (
        load_catalogue,
        load_etablissements,
        publish_message,
        withdraw_message,
        list_messages,
        publish_candidatures,
        erase_again,
    ):
        app.cli.add_command(command)


@click.command("publish-candidatures")
@with_appcontext
def publish_candidatures() -> None:
    """Publish every candidature again, for a service (documents or pieces) that has lost its
    database."""
    click.echo(f"{republication.publish_everything()} candidature(s) publiée(s) de nouveau")


@click.command("erase-again")
@click.argument("ids", type=click.File())
@with_appcontext
def erase_again(ids: TextIO) -> None:
    """Erase the candidatures of the file IDS (« - »: what is typed), one a line, that a restore
    brought back."""
    click.echo(f"{retention.erase_again(ids.read().split())} candidature(s) effacée(s) de nouveau")


@click.command("load-catalogue")
@click.argument("folder", type=FOLDER, required=False)
@click.option("--dry-run", is_flag=True, help="Print the differences; write nothing.")
@click.option(
    "--at-start",
    is_flag=True,
    help="Leave the exams alone that an administrator loaded in « Catalogue ».",
)
@with_appcontext
def load_catalogue(folder: Path | None, dry_run: bool, at_start: bool) -> None:
    """Load the exams of FOLDER (default: CATALOGUE_DIR), all or none; they are in force at once."""
    folder = folder or current_app.extensions["portail"].catalogue_dir
    try:
        offered = read_catalogue(folder, portal_now())
    except CatalogueError as error:
        raise click.ClickException(str(error)) from error
    left = catalogue_operations.left_to_staff(offered.exams) if at_start else ()
    for exam in left:
        click.echo(f"{exam.code} : chargé par un administrateur, laissé en l'état.")
    exams = tuple(exam for exam in offered.exams if exam not in left)
    schools = () if left else offered.etablissements
    with errors_as_messages():
        if dry_run:
            lines = catalogue_operations.compare_catalogue(exams, portal_now())
        else:
            catalogue = Catalogue(exams, schools, offered.files)
            lines = catalogue_operations.load_catalogue(
                catalogue, actor=operator(), at=portal_now()
            )
    _print_lines(lines, "Aucune différence.")


@click.command("load-etablissements")
@click.argument("file", type=FILE)
@with_appcontext
def load_etablissements(file: Path) -> None:
    """Load the establishments of FILE, the public annuaire's CSV."""
    mistakes: list[Mistake] = []
    read = etablissements.read(file, mistakes)
    if mistakes:
        raise click.ClickException(str(CatalogueError(mistakes)))
    catalogue_operations.load_catalogue(
        Catalogue(etablissements=read), actor=operator(), at=portal_now()
    )
    click.echo(f"{len(read)} établissements.")


@click.command("publish-message")
@click.option("--title", required=True)
@click.option("--text", required=True)
@click.option("--severity", type=click.Choice(SEVERITIES), default=SEVERITIES[0], show_default=True)
@click.option("--from", "shown_from", type=PARIS_TIME, help="In Paris. Default: now.")
@click.option("--until", "shown_until", type=PARIS_TIME, required=True, help="Excluded.")
@with_appcontext
def publish_message(
    title: str, text: str, severity: str, shown_from: datetime | None, shown_until: datetime
) -> None:
    """Show a message on the home page for a time."""
    now = portal_now()
    message = NewMessage(
        title=title,
        text=text,
        severity=severity,
        shown_from=shown_from.replace(tzinfo=PARIS) if shown_from else now,
        shown_until=shown_until.replace(tzinfo=PARIS),
    )
    with errors_as_messages():
        click.echo(messages.publish_message(message, actor=operator(), at=now).id)


@click.command("withdraw-message")
@click.argument("message_id")
@with_appcontext
def withdraw_message(message_id: str) -> None:
    """Remove a message from the home page at once."""
    with errors_as_messages():
        messages.withdraw_message(message_id, actor=operator(), at=portal_now())


@click.command("messages")
@with_appcontext
def list_messages() -> None:
    """List the messages with their dates and ids."""
    with db.reading() as transaction:
        lines = [
            f"{row.id}  {row.severity:8}{short_instant(row.shown_from)} - "
            f"{short_instant(row.shown_until)}  {row.title}"
            for row in all_messages(transaction).messages
        ]
    _print_lines(lines, "Aucun message.")


def _print_lines(lines: Sequence[str], otherwise: str) -> None:
    click.echo("\n".join(lines) if lines else otherwise)
