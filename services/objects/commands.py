"""Operators' commands for objects, the same for every service that stores some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar, cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from services.objects import installation, quarantine
from services.objects.quarantine import KeyTaken, QuarantinedObject
from services.objects.rebuilding import Outcome, Rebuilt
from services.objects.reconciliation import Reconciliation, Report, Stop
from services.objects.store import BytesChanged, ObjectMissing, StoreUnavailable

_EXTENSION_KEY = "portail.reconciliation"
RECENT_MINUTES = 10  # in which what was written is left alone by a rebuilding
AnyCommand = TypeVar("AnyCommand", bound=Callable[..., Any])
WHY_STOPPED = {
    Stop.FOREIGN_STORE: "La base et l'espace de stockage ne sont pas de la même installation : rien n'est comparé. "
    "Vérifiez DATABASE_URL et OBJECTS_URL ; si l'un des deux a été remplacé à dessein : adopt-store.",
    Stop.MANY_UNKNOWN: "Trop d'objets sont inconnus de la base pour être des restes : rien n'est déplacé. "
    "Si la base a été restaurée ou perdue : rebuild-from-objects. Si ce sont bien des restes : quarantine add --all.",
}

_OUTCOMES = {
    Outcome.REBUILT: "ligne reconstituée",
    Outcome.REPLACED: "déjà remplacé",
    Outcome.OWNER_UNKNOWN: "candidature inconnue",
    Outcome.CHANGED: "octets altérés",
    Outcome.INCOMPLETE: "incomplet",
    Outcome.NO_ROW: "sans ligne possible",
    Outcome.RECENT: "trop récent",
}

_WHY_NOT_MOVED = {
    KeyTaken: "un objet porte de nouveau cette clé",
    ObjectMissing: "l'objet n'est plus là",
    BytesChanged: "la copie diffère de l'original",
}


@contextmanager
def _reporting_unavailable_store() -> Iterator[None]:
    try:
        yield
    except StoreUnavailable as error:
        raise click.ClickException("L'espace de stockage ne répond pas.") from error


quarantine_commands = AppGroup("quarantine", help="Objects that no row names, set apart by the job `reconcile`.")


def register(app: Flask, reconciliation: Callable[[], Reconciliation]) -> None:
    """Adds `reconcile`, `quarantine` and `adopt-store` to the service's commands."""
    app.extensions[_EXTENSION_KEY] = reconciliation
    for command in (reconcile, quarantine_commands, adopt_store):
        app.cli.add_command(command)


@click.command("reconcile")
@with_appcontext
@_reporting_unavailable_store()
def reconcile() -> None:
    """Compare rows with the object store now and change neither; status 1 when something is wrong."""
    report = _reconciliation().report()
    _show_report(report)
    if report.stop or report.lost_count:
        raise SystemExit(1)


@click.command("adopt-store")
@with_appcontext
@_reporting_unavailable_store()
def adopt_store() -> None:
    """Say that this database and this store belong together, after one of them was replaced on purpose."""
    reconciliation = _reconciliation()
    click.echo(installation.adopt(reconciliation.db, reconciliation.store))


@quarantine_commands.command("list")
@_reporting_unavailable_store()
def list_quarantine() -> None:
    """Each object set apart, with the day on which it was."""
    for item in quarantine.all_set_apart(_reconciliation().store):
        click.echo(f"{item.since}  {item.original}")


@quarantine_commands.command("add")
@click.argument("keys", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that no row names.")
@_reporting_unavailable_store()
def add_to_quarantine(keys: tuple[str, ...], everything: bool) -> None:
    """Set objects apart now that no row names: leftovers that are too many, or that cannot wait for the job."""
    reconciliation = _reconciliation()
    _refuse_foreign_store(reconciliation)
    chosen = list(reconciliation.unknown()) if everything else list(keys)
    moved = reconciliation.set_apart(chosen)
    click.echo(f"{len(moved)} objet(s) mis à part")
    if len(moved) < len(chosen):
        raise SystemExit(1)


@quarantine_commands.command("restore")
@click.argument("originals", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that is set apart.")
@_reporting_unavailable_store()
def restore_from_quarantine(originals: tuple[str, ...], everything: bool) -> None:
    """Move objects back to where they were; their keys as `list` shows them."""
    store = _reconciliation().store
    chosen = [item for item in quarantine.all_set_apart(store) if everything or item.original in originals]
    restored = [item for item in chosen if _move_back(item)]
    click.echo(f"{len(restored)} objet(s) remis en place")
    if len(restored) < len(chosen) or set(originals) - {item.original for item in chosen}:
        raise SystemExit(1)


@quarantine_commands.command("purge")
@click.option("--older-than", type=click.IntRange(min=1), required=True, help="Days since they were set apart.")
@_reporting_unavailable_store()
def purge_quarantine(older_than: int) -> None:
    """Delete for good what was set apart that many days ago. Nothing else ever deletes from the quarantine."""
    count = quarantine.purge(_reconciliation().store, timedelta(days=older_than))
    click.echo(f"{count} objet(s) supprimé(s) définitivement")


def rebuild_options(command: AnyCommand) -> AnyCommand:
    """The options of a service's `rebuild-from-objects`."""
    write = click.option("--write", is_flag=True, help="Make the rows; without it, only list them.")
    age = click.option(
        "--minutes",
        type=click.IntRange(min=0),
        default=RECENT_MINUTES,
        show_default=True,
        help="Leave alone what was written that recently: a request may be about to name it (0: it is stopped).",
    )
    return write(age(command))


@_reporting_unavailable_store()
def show_rebuilt(objects: Iterable[Rebuilt], *, written: bool) -> None:
    """List what a service's `rebuild-from-objects` did, or would do; how many of each outcome."""
    counts = dict.fromkeys(Outcome, 0)
    _refuse_foreign_store(_reconciliation())
    for item in objects:
        counts[item.outcome] += 1
        click.echo(f"{_OUTCOMES[item.outcome]} : {item.key}")
    summary = ", ".join(f"{_OUTCOMES[outcome]} : {count}" for outcome, count in counts.items() if count)
    click.echo(summary or "Tous les objets sont connus.")
    if counts[Outcome.REBUILT] and not written:
        click.echo("Rien n'est écrit : relancez avec --write.")


def _refuse_foreign_store(reconciliation: Reconciliation) -> None:
    if not installation.belong_together(reconciliation.db, reconciliation.store):
        raise click.ClickException(WHY_STOPPED[Stop.FOREIGN_STORE])


def _move_back(item: QuarantinedObject) -> bool:
    try:
        quarantine.move_back(_reconciliation().store, item)
    except (KeyTaken, ObjectMissing, BytesChanged) as error:
        click.echo(f"{item.original} : {_WHY_NOT_MOVED[type(error)]}", err=True)
        return False
    return True


def _show_report(report: Report) -> None:
    if report.stop is Stop.FOREIGN_STORE:
        click.echo(WHY_STOPPED[report.stop], err=True)
        return
    click.echo(
        f"{report.rows} ligne(s), {report.objects} objet(s), "
        f"{report.lost_count} perdu(s), {report.unknown_count} inconnu(s)"
    )
    for lost in report.lost:
        click.echo(f"perdu : {lost.key} {lost.row_id or '(remplacé ou supprimé, encore conservé)'}", err=True)
    for key in report.unknown:
        click.echo(f"inconnu : {key}", err=True)
    if report.stop:
        click.echo(WHY_STOPPED[report.stop], err=True)


def _reconciliation() -> Reconciliation:
    build = cast(Callable[[], Reconciliation], current_app.extensions[_EXTENSION_KEY])
    return build()
