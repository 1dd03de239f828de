"""Each service's migrations: one line of them, up and down with data, on both databases, to what
the models say."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import op
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Column, Connection, Index, Integer, Table, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from deploy.service_names import SERVICES
from services.chassis.database.migrations import create_index, step_by_step, where
from tests.architecture import apps
from tests.support.service_worker import database_of

ROOT = Path(__file__).parents[2]
LEFT = {"inbox", "parked", "job_leases", "installation", "unknown_objects"}
"""Tables that only 0.2.0 uses, to which a step back may lead; the release after this one drops
them."""
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}
VALUES: dict[type, Any] = {
    int: 1,
    bool: False,
    float: 1.0,
    bytes: b"x",
    dict: {"texte": "Đặng Thị Ánh"},
    date: date(2021, 10, 4),
    datetime: datetime(2021, 10, 4, 12, tzinfo=UTC),
}


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    built = apps.build(request.param, tmp_path, database_url)
    with built.app_context():
        yield built
        database_of(built).engine.dispose()


def _folder(app: Flask) -> str:
    return str(Path(app.root_path) / "migrations")


def test_migrations_have_one_head() -> None:
    for service in SERVICES:
        assert len(ScriptDirectory(ROOT / "services" / service / "migrations").get_heads()) == 1, (
            service
        )


@pytest.mark.engines("sqlite", "postgresql")
def test_migrations_go_up_to_the_models_down_with_data_and_up_again(app: Flask) -> None:
    """Triggers come back too, among them those that refuse changes of the audit trail: SQLite loses
    them where a table is recreated."""
    upgrade(directory=_folder(app))
    assert _differences(app) == []
    triggers = _triggers(app)
    db = database_of(app)
    with db.engine.begin() as connection:
        filled = [table.name for table in db.metadata.sorted_tables if _fill(connection, table)]
    assert len(filled) >= len(db.metadata.tables) / 2, filled
    [trail] = {"audit", "audit_entries"} & set(filled)
    for change in (f"UPDATE {trail} SET action = 'other'", f"DELETE FROM {trail}"):
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(change))
    downgrade(directory=_folder(app), revision=ScriptDirectory(_folder(app)).get_base())
    upgrade(directory=_folder(app))
    assert _triggers(app) == triggers
    with pytest.raises(SystemExit):
        downgrade(directory=_folder(app), revision="base")
    with db.engine.connect() as connection:
        kept = set(inspect(connection).get_table_names()) & set(filled)
        numbers = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in kept}
    assert kept
    assert min(numbers.values()) > 0, numbers
    upgrade(directory=_folder(app))
    assert set(inspect(db.engine).get_table_names()) - LEFT == {
        *db.metadata.tables,
        "alembic_version",
    }


def _triggers(app: Flask) -> set[str]:
    engine = database_of(app).engine
    with engine.connect() as connection:
        return set(connection.scalars(text(TRIGGERS[engine.dialect.name])))


def _differences(app: Flask) -> list[Any]:
    def is_used(name: str | None, kind: str, parents: Any) -> bool:
        return kind != "table" or name not in LEFT

    db = database_of(app)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_used}
        )
        return list(compare_metadata(context, db.metadata))


@pytest.mark.engines("sqlite", "postgresql")
def test_an_index_of_a_full_table_that_was_not_finished_is_made_anew(database_url: str) -> None:
    """It takes minutes, and a deadlock, a restart or a stopped upgrade ends it. On PostgreSQL it is
    made « concurrently », which no transaction may contain."""
    with create_engine(database_url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with Operations.context(context), context.begin_transaction(_per_migration=True):
            op.create_table("full_one", Column("number", Integer), Index("ix_full_one", "number"))
            with step_by_step():
                create_index("ix_full_one", "full_one", ["number"], **where("number > 1"))
        [index] = inspect(connection).get_indexes("full_one")
    assert any("where" in option for option in index["dialect_options"])


def _fill(connection: Connection, table: Table) -> bool:
    """Put one row of plain values in; tables whose rules refuse them are left empty."""
    row = {column.name: _value(column) for column in table.columns if not column.nullable}
    try:
        with connection.begin_nested():
            connection.execute(table.insert().values(row))
    except IntegrityError:
        return False
    return True


def _value(column: Any) -> Any:
    # A type of ours says only through what it stands on which values it takes.
    kind = getattr(column.type, "impl", column.type).python_type
    return VALUES.get(kind, "x" if kind is str else {})
