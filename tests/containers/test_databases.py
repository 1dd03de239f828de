"""Each service's two roles on a real PostgreSQL, and the script that makes them; one cluster for
all of this module."""

import os
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from flask import Flask
from psycopg import errors, sql
from sqlalchemy import text

from deploy.containers import secrets
from deploy.containers.derived_files import POOLER
from deploy.service_names import SERVICES
from services.chassis.database.transactions import Database
from services.chassis.process import time_limits
from services.chassis.roles.command_line import migrate
from tests.architecture import apps
from tests.support.missing_services import NotInstalled
from tests.support.ports import free_port, is_listening
from tests.support.postgres import PostgresServer
from tests.support.processes import Daemon, PrivateFolder, account_for, wait_until
from tests.support.time_limits import limited_to

SCRIPT = Path(secrets.__file__).parent / "postgres" / "10-databases.sh"


class ComposedDatabases:
    """The cluster, and the secrets that its script reads."""

    def __init__(self, cluster: PostgresServer, folder: Path) -> None:
        self.cluster = cluster
        self.folder = folder
        self._make_secrets()

    def run(self, *, sourced: bool = False) -> subprocess.CompletedProcess[str]:
        """Run the script as the superuser; its exit status and output are for the caller."""
        executed = ["bash", str(SCRIPT)]
        command = (
            ["bash", "-c", f'set -Eeo pipefail; . "{SCRIPT}"; echo "and on"']
            if sourced
            else executed
        )
        environment = {
            "PATH": os.environ["PATH"],
            "SECRETS_FOLDER": str(self.folder),
            "POSTGRES_USER": "postgres",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.cluster.port),
            "PGPASSWORD": self.cluster.password,
        }
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    def url(self, file: str, database: str | None = None) -> str:
        """Return the URL in a secret, this cluster in place of the composed one, another database
        if named."""
        url = (self.folder / file).read_text(encoding="utf-8").strip()
        url = url.replace("@postgres:5432/", f"@127.0.0.1:{self.cluster.port}/")
        return url if database is None else f"{url.rpartition('/')[0]}/{database}"

    def write(self, file: str, text: str) -> None:
        """Put an operator's own secret in place of the one that was made."""
        (self.folder / file).unlink(missing_ok=True)
        (self.folder / file).write_text(text, encoding="utf-8")

    def connect(self, url: str) -> psycopg.Connection:
        """Open a session that commits each statement. Raises psycopg.OperationalError where it is
        refused."""
        return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)

    def administrator(self) -> psycopg.Connection:
        """Open a session of the superuser."""
        address = f"127.0.0.1:{self.cluster.port}/postgres"
        return self.connect(f"postgresql://postgres:{self.cluster.password}@{address}")

    def forget(self) -> None:
        """Drop the services' databases and roles, and make their secrets anew: all is as before a
        first start."""
        with self.administrator() as session:
            for service in SERVICES:
                name = sql.Identifier(service)
                owner = sql.Identifier(f"{service}_owner")
                session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
                session.execute(sql.SQL("DROP ROLE IF EXISTS {}, {}").format(name, owner))
        for path in self.folder.iterdir():
            path.unlink()
        self._make_secrets()

    def _make_secrets(self) -> None:
        """The image has given the superuser the password of its file: here it is the cluster's."""
        secrets.make(self.folder)
        self.write("postgres-password", self.cluster.password)


PROGRAM = Path("/usr/sbin/pgbouncer")
SETTINGS = Path(secrets.__file__).parent / "pooler" / "pgbouncer.ini"


class Pooler:
    """PgBouncer at work."""

    def __init__(self, databases: ComposedDatabases) -> None:
        if not PROGRAM.exists():
            raise NotInstalled("PgBouncer", str(PROGRAM))
        self._databases = databases
        self._port = free_port()
        folder = PrivateFolder("pooler", account_for("postgres"))
        users = folder.write(
            "users", (databases.folder / "pooler-users").read_text(encoding="utf-8")
        )
        settings = SETTINGS.read_text(encoding="utf-8")
        settings = settings.replace(
            "host=postgres port=5432", f"host=127.0.0.1 port={databases.cluster.port}"
        )
        for name, value in (
            ("auth_file", users),
            ("listen_addr", "127.0.0.1"),
            ("listen_port", self._port),
        ):
            settings = re.sub(rf"^{name} = .*", f"{name} = {value}", settings, flags=re.MULTILINE)
        self._daemon = Daemon(
            "pgbouncer", [PROGRAM, folder.write("pgbouncer.ini", settings)], folder, {}
        )
        self._daemon.start(lambda: is_listening(self._port))

    def url_of(self, service: str) -> str:
        """The secret of the service's web process, with this pooler in place of the composed
        one."""
        url = (self._databases.folder / f"{service}-pooled-url").read_text(encoding="utf-8")
        return url.replace(f"@{POOLER}/", f"@127.0.0.1:{self._port}/")

    def stop(self) -> None:
        """It keeps nothing, and asked politely it would wait for the last of its clients."""
        self._daemon.kill()


RUNTIME = "{}-database-url"
OWNER = "{}-migrations-url"
# Kept for ever: a trigger refuses what the rights allow.
APPEND_ONLY = "audit_entries"
OF_OWNERS = (
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
)
OF_THE_SUPERUSER = ("CREATE ROLE mine", "CREATE DATABASE mine", "SET ROLE postgres")
AWKWARD = r"""it's "a" \ $PATH $(id) `id` %% é;--"""
ENCODED = "it%27s%20%22a%22%20%5C%20%24PATH%20%24%28id%29%20%60id%60%20%25%25%20%C3%A9%3B--"
WRONG_URLS = (
    ("", "role pieces with a password is expected"),
    (
        "postgresql+psycopg://pieces:@postgres:5432/pieces",
        "role pieces with a password is expected",
    ),
    (
        "postgresql+psycopg://postgres:secret-word@postgres:5432/pieces",
        "role pieces with a password is expected",
    ),
    (
        "postgresql+psycopg://pieces:secret-word@postgres:5432/documents",
        "database pieces is expected",
    ),
    ("postgresql+psycopg://pieces:secret-word@postgres:5432", "database pieces is expected"),
    (
        "postgresql+psycopg://pieces:secret-word%0Aa@postgres:5432/pieces",
        "without control characters",
    ),
)
REPLICAS = 4
PEOPLE = 15
SHARED = 40
"""default_pool_size: connections to PostgreSQL for all replicas of a service."""
STATEMENTS = 8
"""Of each person: psycopg prepares after a few."""
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@pytest.fixture(scope="module")
def databases(
    own_postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> ComposedDatabases:
    """A cluster, and the secrets with which its init script makes databases and roles."""
    return ComposedDatabases(own_postgres, tmp_path_factory.mktemp("databases") / "secrets")


@pytest.fixture(scope="module")
def migrated(
    databases: ComposedDatabases, tmp_path_factory: pytest.TempPathFactory
) -> ComposedDatabases:
    """The databases as they are once the composed portal has started."""
    ended = databases.run()
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    for service in SERVICES:
        app = apps.build(
            service, tmp_path_factory.mktemp(service), databases.url(OWNER.format(service))
        )
        migrate(app)
        with app.app_context():
            apps.database_of(app).engine.dispose()
    return databases


def names(session: psycopg.Connection, catalogue: str) -> list[str]:
    column = {"tables": "tablename", "sequences": "sequencename"}[catalogue]
    query = sql.SQL("SELECT {} FROM {} WHERE schemaname = 'public' ORDER BY 1")
    rows = session.execute(query.format(sql.Identifier(column), sql.Identifier(f"pg_{catalogue}")))
    return [str(row[0]) for row in rows]


def test_each_service_works_on_its_tables_with_its_runtime_role(
    migrated: ComposedDatabases, tmp_path: Path
) -> None:
    for service in SERVICES:
        url = migrated.url(RUNTIME.format(service))
        app = apps.build(service, tmp_path, url)
        answer = app.test_client().get("/health/ready")
        assert answer.json["checks"]["database"] == "ok", answer.json
        with app.app_context():
            apps.database_of(app).engine.dispose()
        with migrated.connect(url) as session:
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
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND "
            "is_generated = 'NEVER'",
            [table],
        ).fetchone()
        assert column is not None
        session.execute(
            sql.SQL("UPDATE {0} SET {1} = {1} WHERE false").format(
                identifier, sql.Identifier(column[0])
            )
        )
        session.execute(sql.SQL("DELETE FROM {} WHERE false").format(identifier))


def test_no_service_changes_structure_nor_the_owner_what_is_outside_its_database(
    migrated: ComposedDatabases,
) -> None:
    tried = [
        (RUNTIME, service, statement.format(service))
        for service in SERVICES
        for statement in OF_OWNERS
    ]
    tried += [(OWNER, "accounts", statement) for statement in OF_THE_SUPERUSER]
    for role, service, statement in tried:
        with migrated.connect(migrated.url(role.format(service))) as session:
            assert is_refused(session, statement), (role, service, statement)


def is_refused(session: psycopg.Connection, statement: str) -> bool:
    """Whether the role lacks the right to it."""
    try:
        session.execute(statement.encode())
    except errors.InsufficientPrivilege:
        return True
    return False


def test_no_other_database_lets_a_service_in(migrated: ComposedDatabases) -> None:
    for role, service in product((RUNTIME, OWNER), SERVICES):
        for database in ({*SERVICES} - {service}) | {"postgres", "template1"}:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                migrated.connect(migrated.url(role.format(service), database))


def test_a_table_of_a_later_migration_is_the_services_too(migrated: ComposedDatabases) -> None:
    with migrated.connect(migrated.url(OWNER.format("pieces"))) as owner:
        owner.execute("CREATE TABLE later (id bigserial PRIMARY KEY)")
        with migrated.connect(migrated.url(RUNTIME.format("pieces"))) as session:
            session.execute("INSERT INTO later DEFAULT VALUES")
        owner.execute("DROP TABLE later")


def test_a_turned_password_takes_effect_when_the_script_is_run_again(
    migrated: ComposedDatabases,
) -> None:
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


# The web processes, by way of the pooler: what they rely on at PostgreSQL holds there too


@pytest.fixture(scope="module")
def pooler(databases: ComposedDatabases) -> Iterator[Pooler]:
    assert databases.run().returncode == 0
    running = Pooler(databases)
    yield running
    running.stop()


class Replica:
    """What a web process of a service has of its database."""

    def __init__(self, url: str) -> None:
        self.app = Flask(__name__)
        self.db = Database()
        self.db.connect(self.app, url, pooled=True)

    @contextmanager
    def at_work(self) -> Iterator[Database]:
        with self.app.app_context():
            yield self.db


def test_a_transaction_has_the_time_limits_of_a_web_process(pooler: Pooler) -> None:
    web = limited_to(time_limits.WEB)
    with web, Replica(pooler.url_of("accounts")).at_work() as db, db.reading() as transaction:
        limits = [transaction.scalar(text(f"SELECT current_setting('{name}')")) for name in LIMITS]
        assert limits == [
            f"{seconds}s"
            for seconds in (time_limits.WEB.statement, time_limits.WEB.lock, time_limits.WEB.idle)
        ]
        assert transaction.scalar(text("SELECT current_setting('TimeZone')")) == "UTC"
        assert transaction.scalar(text("SHOW jit")) == "off"


def test_the_replicas_of_a_service_share_its_connections(
    pooler: Pooler, databases: ComposedDatabases
) -> None:
    """More people at once than connections, each with a statement that is sent often enough to be
    prepared."""
    together = Barrier(REPLICAS * PEOPLE)

    def works(person: int) -> list[int]:
        together.wait(60)
        with replicas[person % REPLICAS].at_work() as db:
            return [added(db, person, number) for number in range(STATEMENTS)]

    with limited_to(time_limits.WEB), ThreadPoolExecutor(REPLICAS * PEOPLE) as people:
        replicas = [Replica(pooler.url_of("registrations")) for _ in range(REPLICAS)]
        sums = list(people.map(works, range(REPLICAS * PEOPLE)))
    assert sums == [
        [person + number for number in range(STATEMENTS)] for person in range(REPLICAS * PEOPLE)
    ]
    with databases.administrator() as session:
        row = session.execute(CONNECTIONS, ("registrations",)).fetchone()
        assert row
        assert 0 < row[0] <= SHARED


def added(db: Database, left: int, right: int) -> int:
    with db.operation() as transaction:
        return int(
            transaction.scalars(
                text("SELECT CAST(:left AS int) + :right"), {"left": left, "right": right}
            ).one()
        )


# The script, on the cluster as the image makes it


@pytest.fixture
def untouched(databases: ComposedDatabases) -> Iterator[ComposedDatabases]:
    """The cluster as the image makes it, before its init scripts."""
    databases.forget()
    yield databases
    databases.forget()


def roles(databases: ComposedDatabases) -> set[str]:
    with databases.administrator() as session:
        return {
            str(row[0]) for row in session.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin")
        }


def log_everything(databases: ComposedDatabases) -> None:
    with databases.administrator() as session:
        session.execute("ALTER SYSTEM SET log_min_duration_statement = 0")
        session.execute("ALTER SYSTEM SET log_statement = 'all'")
        session.execute("SELECT pg_reload_conf()")

    def is_logged() -> bool:
        with databases.administrator() as session:
            session.execute("SELECT 'this is logged'")
        return "SELECT 'this is logged'" in databases.cluster.log

    wait_until(is_logged, 60, "a log of all statements")


def test_the_script_may_be_sourced_or_executed_once_or_again(untouched: ComposedDatabases) -> None:
    for sourced in (True, True, False):
        ended = untouched.run(sourced=sourced)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == ("and on\n" if sourced else "")
    untouched.connect(untouched.url("pieces-database-url")).close()


def test_a_secret_that_is_missing_or_not_a_services_changes_nothing_and_is_named(
    untouched: ComposedDatabases,
) -> None:
    before = roles(untouched)
    for url, message in WRONG_URLS:
        untouched.write("pieces-database-url", url)
        ended = untouched.run()
        assert ended.returncode == 1, url
        assert message in ended.stderr
        assert "pieces-database-url" in ended.stderr
        assert "secret-word" not in ended.stderr
    (untouched.folder / "documents-migrations-url").unlink()
    ended = untouched.run()
    assert (ended.returncode, "documents-migrations-url cannot be read" in ended.stderr) == (
        1,
        True,
    )
    assert roles(untouched) == before


def test_any_password_goes_through_and_into_no_log(untouched: ComposedDatabases) -> None:
    log_everything(untouched)
    url = f"postgresql+psycopg://accounts:{ENCODED}@postgres:5432/accounts?connect_timeout=5"
    untouched.write("accounts-database-url", url)
    assert untouched.run().returncode == 0
    psycopg.connect(
        host="127.0.0.1",
        port=untouched.cluster.port,
        user="accounts",
        password=AWKWARD,
        dbname="accounts",
    ).close()
    log = untouched.cluster.log
    assert "SET log_statement = 'none'" in log
    assert "PASSWORD '" not in log
    other = re.findall(r"//\w+:(\w+)@", (untouched.folder / "accounts-migrations-url").read_text())
    assert other[0] not in log
    assert untouched.cluster.password not in log
    assert "it's" not in log


def test_the_superusers_password_is_turned_with_the_others(untouched: ComposedDatabases) -> None:
    untouched.write("postgres-password", "turned\n")
    try:
        assert untouched.run().returncode == 0
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            untouched.administrator()
    finally:
        address = f"127.0.0.1:{untouched.cluster.port}/postgres"
        with untouched.connect(f"postgresql://postgres:turned@{address}") as session:
            back = sql.SQL("ALTER ROLE postgres PASSWORD {}")
            session.execute(back.format(sql.Literal(untouched.cluster.password)))


def test_what_an_earlier_portal_granted_to_everybody_is_taken_back(
    untouched: ComposedDatabases,
) -> None:
    assert untouched.run().returncode == 0
    with untouched.administrator() as session:
        session.execute("GRANT ALL ON DATABASE accounts TO PUBLIC")
        session.execute("ALTER ROLE pieces SUPERUSER CREATEDB")
    assert untouched.run().returncode == 0
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        untouched.connect(untouched.url("pieces-database-url", "accounts"))
    with (
        untouched.connect(untouched.url("pieces-database-url")) as session,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        session.execute("CREATE DATABASE mine")
