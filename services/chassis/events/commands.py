"""Operators' commands, the same for every service: list parked events, replay them, set them aside, purge old ones."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from services.chassis.clock import system_now
from services.chassis.database.transactions import Database
from services.chassis.events.follow_ups import FollowUps
from services.chassis.events.handlers import Handlers
from services.chassis.events.inbox import Dispatcher
from services.chassis.events.outbox import publish_again
from services.chassis.events.parking import parked_body, parked_events, settle
from services.chassis.events.retention import EVENT_RETENTION, purge
from services.chassis.events.retry_policy import RETRY_SECONDS
from services.chassis.events.tables import TO_SELF

_HANDLERS = "portail.handlers"


def register(app: Flask, handlers: Handlers) -> None:
    """Adds `parked`, `replay`, `set-aside`, `publish-again` and `purge-events` to the service's commands."""
    app.extensions[_HANDLERS] = handlers
    for command in (list_parked, replay, set_aside, publish_once_more, purge_events):
        app.cli.add_command(command)


@click.command("parked")
@with_appcontext
def list_parked() -> None:
    """List what was given up, without what it says of people."""
    with _db().reading() as session:
        events = parked_events(session)
    for event in events:
        click.echo(f"{event.id}  {event.parked_at:%Y-%m-%d %H:%M}Z  {event.type}  {event.event_id}  {event.reason}")
    click.echo(f"{len(events)} parked")


@click.command("replay")
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Replay all that is parked.")
@with_appcontext
def replay(ids: tuple[str, ...], everything: bool) -> None:
    """Handle parked events again, here and now."""
    db, handlers = _db(), cast(Handlers, current_app.extensions[_HANDLERS])
    with db.reading() as session:
        chosen = [event.id for event in parked_events(session)] if everything else list(ids)
    failed = [parked_id for parked_id in chosen if not replayed(db, handlers, parked_id)]
    for parked_id in failed:
        click.echo(f"{parked_id}: still failing, or not parked", err=True)
    click.echo(f"{len(chosen) - len(failed)} replayed")
    if failed:
        sys.exit(1)


@click.command("set-aside")
@click.argument("parked_id")
@click.option("--reason", required=True)
@with_appcontext
def set_aside(parked_id: str, reason: str) -> None:
    """Give up a parked event for good, saying why."""
    with _db().operation() as session:
        is_settled = settle(session, parked_id, f"set aside: {reason}")
    sys.exit(0 if is_settled else f"{parked_id}: not parked")


@click.command("publish-again")
@click.option("--days", type=click.IntRange(1, EVENT_RETENTION.days), required=True, help="How far back.")
@with_appcontext
def publish_once_more(days: int) -> None:
    """Publish what was published before, for services whose data were restored from an older copy."""
    click.echo(f"{publish_again(_db(), system_now() - timedelta(days=days))} to be published again")


@click.command("purge-events")
@with_appcontext
def purge_events() -> None:
    """Forget what was settled long ago (the workers' daily job does it too)."""
    click.echo(f"{purge(_db())} rows forgotten")


def replayed(db: Database, handlers: Handlers, parked_id: str) -> bool:
    """Handle a parked event; whether that succeeded. The inbox prevents a second effect."""
    with db.reading() as session:
        row = parked_body(session, parked_id)
    if row is None:
        return False
    destination, body = row
    try:
        if destination == TO_SELF:
            FollowUps(db, handlers, RETRY_SECONDS).run(body, attempt=1)
        else:
            Dispatcher(db, handlers, RETRY_SECONDS).dispatch(body.encode(), attempt=1)
    except Exception as error:
        click.echo(f"{parked_id}: {type(error).__name__}", err=True)
        return False
    with db.operation() as session:
        settle(session, parked_id, "replayed")
    return True


def _db() -> Database:
    return cast(Database, current_app.extensions["sqlalchemy"])
