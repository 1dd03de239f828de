"""A database of the chassis alone, with tables that a test names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import text

from services.chassis.database.transactions import Database


@contextmanager
def database_with(database_url: str, *statements: str) -> Iterator[Database]:
    """After these statements, in the context of an application."""
    database, app = Database(), Flask(__name__)
    database.connect(app, database_url)
    with app.app_context():
        with database.operation() as session:
            for statement in statements:
                session.execute(text(statement))
        yield database
        database.engine.dispose()
