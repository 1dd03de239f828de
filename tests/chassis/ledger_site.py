"""A service whose routes read and write one table: `python -m tests.chassis.ledger_site URL`, with BIND and THREADS."""

from __future__ import annotations

import sys

from flask import Flask, request
from flask_smorest import Blueprint
from sqlalchemy import text

from services.chassis.database.transactions import Database
from services.chassis.process import capacity
from services.chassis.web import access
from services.chassis.web.application import create_service
from services.chassis.web.gunicorn_server import serve
from tests.chassis.tables import settings

blp = Blueprint("ledger", __name__)
db = Database()


@blp.post("/entries")
@access.public
def write() -> tuple[str, int]:
    """Written once it is acknowledged."""
    with db.operation() as session:
        session.execute(text("INSERT INTO entries VALUES (:entry)"), {"entry": request.args["entry"]})
    return "", 201


@blp.get("/entries")
@access.public
def read() -> list[str]:
    with db.reading() as session:
        return list(session.scalars(text("SELECT entry FROM entries")))


@blp.get("/slow")
@access.public
def slow() -> str:
    with db.reading() as session:
        session.execute(text("SELECT pg_sleep(9)"))
    return ""


@blp.get("/nothing")
@access.public
def nothing() -> str:
    """A page that needs no database."""
    return ""


def create_app(database_url: str) -> Flask:
    app = create_service("ledger", settings(database_url), db, title="-", blueprints=[blp])
    with app.app_context(), db.operation() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS entries (entry TEXT)"))
    return app


if __name__ == "__main__":
    capacity.set_role(capacity.WEB)
    serve(lambda: create_app(sys.argv[1]))
