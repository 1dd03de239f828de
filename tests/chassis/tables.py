"""A service of the chassis alone: its settings, and a database with tables that a test names."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import text

from services.chassis.database.transactions import Database
from services.chassis.settings import Secret, ServiceSettings
from services.chassis.tasks.tables import EventTables


def settings(database_url: str, env: str = "test", broker_url: str = "amqp://x:x@127.0.0.1:1/x") -> ServiceSettings:
    """Of a service that nobody else answers."""
    return ServiceSettings(
        env=env, database_url=database_url, broker_url=broker_url,
        accounts_url="http://127.0.0.1:1", client_id="x", client_secret=Secret("-"),
    )  # fmt: skip


@contextmanager
def database_with(database_url: str, *statements: str) -> Iterator[Database]:
    database, app = Database(), Flask(__name__)
    database.connect(app, database_url)
    with app.app_context():
        with database.operation() as session:
            for statement in statements:
                session.execute(text(statement))
        yield database
        database.engine.dispose()


def clockwork(database_url: str) -> Flask:
    db = Database()
    EventTables(db)
    app = Flask("services.clockwork")
    app.extensions["portail"] = settings(database_url)
    db.connect(app, database_url)
    with app.app_context():
        db.create_all()
    return app
