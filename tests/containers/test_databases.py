"""Each service's two roles on a real PostgreSQL: enough for its work and its migrations, and nothing else."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from deploy.containers import secrets
from deploy.service_names import SERVICES
from services.chassis.process.command_line import migrate
from tests.architecture import apps
from tests.containers.composed_databases import ComposedDatabases

RUNTIME = "{}-database-url"
OWNER = "{}-migrations-url"
# Kept for ever: a trigger refuses what the rights allow.
APPEND_ONLY = "audit_entries"


@pytest.fixture(scope="module")
def migrated(databases: ComposedDatabases, tmp_path_factory: pytest.TempPathFactory) -> ComposedDatabases:
    """The databases as they are once the composed portal has started."""
    ended = databases.run()
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    for service in SERVICES:
        app = apps.build(service, tmp_path_factory.mktemp(service), databases.url(OWNER.format(service)))
        migrate(app)
        with app.app_context():
            apps.database_of(app).engine.dispose()
    return databases


def names(session: psycopg.Connection, catalogue: str) -> list[str]:
    """Tables or sequences of the session's database."""
    column = {"tables": "tablename", "sequences": "sequencename"}[catalogue]
    query = sql.SQL("SELECT {} FROM {} WHERE schemaname = 'public' ORDER BY 1")
    rows = session.execute(query.format(sql.Identifier(column), sql.Identifier(f"pg_{catalogue}")))
    return [str(row[0]) for row in rows]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_reads_and_writes_all_its_tables(migrated: ComposedDatabases, service: str) -> None:
    with migrated.connect(migrated.url(RUNTIME.format(service))) as session:
        tables = [table for table in names(session, "tables") if table != "alembic_version"]
        assert len(tables) > 3
        for table in tables:
            work_on(session, table)
        for sequence in names(session, "sequences"):
            session.execute(sql.SQL("SELECT nextval({})").format(sql.Literal(f'"{sequence}"')))


def work_on(session: psycopg.Connection, table: str) -> None:
    """Rights are asked before rows: on none, each statement passes or is refused as on many."""
    identifier = sql.Identifier(table)
    session.execute(sql.SQL("SELECT * FROM {}").format(identifier))
    session.execute(sql.SQL("INSERT INTO {0} SELECT * FROM {0} WHERE false").format(identifier))
    session.execute(sql.SQL("SELECT * FROM {} FOR UPDATE SKIP LOCKED").format(identifier))
    if table != APPEND_ONLY:
        column = session.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
            [table],
        ).fetchone()
        assert column is not None
        session.execute(sql.SQL("UPDATE {0} SET {1} = {1} WHERE false").format(identifier, sql.Identifier(column[0])))
        session.execute(sql.SQL("DELETE FROM {} WHERE false").format(identifier))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_ready_with_its_runtime_role(migrated: ComposedDatabases, service: str, tmp_path: Path) -> None:
    app = apps.build(service, tmp_path, migrated.url(RUNTIME.format(service)))
    answer = app.test_client().get("/health/ready")
    assert answer.json is not None
    assert answer.json["checks"]["database"] == "ok", answer.json


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (name text)",
        "CREATE TEMPORARY TABLE mine (name text)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE EXTENSION hstore",
        "CREATE ROLE mine",
        "CREATE DATABASE mine",
        "ALTER TABLE outbox ADD COLUMN mine text",
        "DROP TABLE outbox",
        "TRUNCATE outbox",
        "CREATE INDEX ON outbox (id)",
        "ALTER TABLE outbox DISABLE TRIGGER ALL",
        "UPDATE alembic_version SET version_num = version_num",
        "DELETE FROM alembic_version",
        "INSERT INTO alembic_version VALUES ('9999')",
        "SET ROLE {}_owner",
        "SET SESSION AUTHORIZATION postgres",
        "COPY outbox TO PROGRAM 'cat'",
    ],
)
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_changes_no_structure(migrated: ComposedDatabases, service: str, statement: str) -> None:
    with (
        migrated.connect(migrated.url(RUNTIME.format(service))) as session,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        session.execute(statement.format(service).encode())


@pytest.mark.parametrize("role", [RUNTIME, OWNER])
@pytest.mark.parametrize("service", SERVICES)
def test_no_other_database_lets_a_service_in(migrated: ComposedDatabases, service: str, role: str) -> None:
    for database in ({*SERVICES} - {service}) | {"postgres", "template1"}:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            migrated.connect(migrated.url(role.format(service), database))


@pytest.mark.parametrize("statement", ["CREATE ROLE mine", "CREATE DATABASE mine", "SET ROLE postgres"])
def test_the_owner_of_a_database_is_nobody_elsewhere(migrated: ComposedDatabases, statement: str) -> None:
    with (
        migrated.connect(migrated.url(OWNER.format("accounts"))) as session,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        session.execute(statement.encode())


def test_a_table_of_a_later_migration_is_the_services_too(migrated: ComposedDatabases) -> None:
    with migrated.connect(migrated.url(OWNER.format("pieces"))) as owner:
        owner.execute("CREATE TABLE later (id bigserial PRIMARY KEY)")
        with migrated.connect(migrated.url(RUNTIME.format("pieces"))) as session:
            session.execute("INSERT INTO later DEFAULT VALUES")
        owner.execute("DROP TABLE later")


def test_a_turned_password_takes_effect_when_the_script_is_run_again(migrated: ComposedDatabases) -> None:
    old = migrated.url(RUNTIME.format("documents"))
    (migrated.folder / "documents-database-url").unlink()
    secrets.make(migrated.folder)
    new = migrated.url(RUNTIME.format("documents"))
    ended = migrated.run()
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    with migrated.connect(new) as session:
        work_on(session, "outbox")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        migrated.connect(old)
    with pytest.raises(errors.InsufficientPrivilege), migrated.connect(new) as session:
        session.execute("DELETE FROM alembic_version")
