"""A service of the chassis alone: its settings, and a database with tables that a test names."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import text

from services.chassis.database.transactions import Database
from services.chassis.settings import Secret, ServiceSettings
from services.chassis.tasks.tables import EventTables
from tests.support.service_worker import database_of


def settings(
    database_url: str, env: str = "test", broker_url: str = "amqp://x:x@127.0.0.1:1/x"
) -> ServiceSettings:
    """Of a service that nobody else answers."""
    return ServiceSettings(
        env=env,
        database_url=database_url,
        broker_url=broker_url,
        accounts_url="http://127.0.0.1:1",
        client_id="x",
        client_secret=Secret("-"),
    )


@contextmanager
def database_with(database_url: str, *statements: str) -> Iterator[Database]:
    database = Database()
    app = Flask(__name__)
    database.connect(app, database_url)
    with app.app_context():
        with database.operation() as transaction:
            for statement in statements:
                transaction.execute(text(statement))
        yield database
        database.engine.dispose()


@contextmanager
def clockwork_database(database_url: str) -> Iterator[Database]:
    """The database of a service that has jobs, as one of several processes has it."""
    app = clockwork(database_url)
    with app.app_context():
        yield database_of(app)
        database_of(app).engine.dispose()


def clockwork(database_url: str) -> Flask:
    db = Database()
    EventTables(db)
    app = Flask("services.clockwork")
    app.extensions["portail"] = settings(database_url)
    db.connect(app, database_url)
    with app.app_context():
        db.create_all()
    return app
