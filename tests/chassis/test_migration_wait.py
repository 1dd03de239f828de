"""A pod's first container lets its service start once the tables are those that the code knows, and no sooner."""

import threading
from pathlib import Path

import pytest
from flask import Flask

from services.chassis.database.migrations import is_migrated, wait_until_migrated
from services.chassis.process.command_line import migrate
from tests.architecture import apps
from tests.support.postgres import PostgresServer

PATIENCE = 60.0


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Flask:
    return apps.build("accounts", tmp_path, database_url)


def test_a_service_waits_for_the_last_migration(app: Flask) -> None:
    assert not is_migrated(app)
    migrate(app, "0011")
    assert not is_migrated(app)
    migrate(app)
    assert is_migrated(app)


def test_the_version_before_starts_on_the_tables_of_the_version_after_it(app: Flask) -> None:
    migrate(app)
    with app.app_context():
        database = apps.database_of(app)
        with database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")
    assert is_migrated(app)


def test_a_database_that_does_not_answer_is_waited_for(own_postgres: PostgresServer, tmp_path: Path) -> None:
    url = own_postgres.fresh_database()
    own_postgres.stop()
    app = apps.build("accounts", tmp_path, url)
    waiting = threading.Thread(target=wait_until_migrated, args=(app, 0.01), daemon=True)
    waiting.start()
    own_postgres.start()
    migrate(app)
    waiting.join(PATIENCE)
    assert not waiting.is_alive()
