"""The scheduled jobs and the operators' command of a service that stores objects."""

from collections.abc import Callable

import click
from flask import Flask

from services.chassis.tasks.registry import Handlers
from services.objects.lifecycle import erase_expired
from services.objects.reconciliation import Reconciliation
from services.objects.store import StoreUnavailable


def register(handlers: Handlers, reconciliation: Callable[[], Reconciliation]) -> None:
    """Add `reconcile` and `erase-retired`, both daily."""
    handlers.every(hours=24, name="reconcile")(lambda: reconciliation().run())
    handlers.every(hours=24, name="erase-retired")(
        lambda: erase_expired(reconciliation().db, reconciliation().store)
    )


def register_command(app: Flask, reconciliation: Callable[[], Reconciliation]) -> None:
    """Add `reconcile` to the service's commands."""

    @app.cli.command("reconcile")
    def reconcile() -> None:
        """Compare rows with the object store now and change neither; status 1 when something is
        lost."""
        try:
            report = reconciliation().report()
        except StoreUnavailable as error:
            raise click.ClickException("L'espace de stockage ne répond pas.") from error
        click.echo(
            f"{report.rows} ligne(s), {report.objects} objet(s), "
            f"{report.lost_count} perdu(s), {report.unknown_count} inconnu(s)"
        )
        for lost in report.lost:
            click.echo(
                f"perdu : {lost.key} {lost.row_id or '(remplacé ou supprimé, encore conservé)'}",
                err=True,
            )
        for key in report.unknown:
            click.echo(f"inconnu : {key}", err=True)
        if report.lost_count:
            raise SystemExit(1)
