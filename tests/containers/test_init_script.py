"""The databases' init script itself: sourced or executed, run again, given passwords and secrets of all kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql

from tests.containers.composed_databases import ComposedDatabases
from tests.support.processes import wait_until

AWKWARD = r"""it's "a" \ $PATH $(id) `id` %% é;--"""
ENCODED = "it%27s%20%22a%22%20%5C%20%24PATH%20%24%28id%29%20%60id%60%20%25%25%20%C3%A9%3B--"


@pytest.fixture
def untouched(databases: ComposedDatabases) -> Iterator[ComposedDatabases]:
    """The cluster as the image makes it, before its init scripts."""
    databases.forget()
    yield databases
    databases.forget()


def roles(databases: ComposedDatabases) -> set[str]:
    with databases.administrator() as session:
        return {str(row[0]) for row in session.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin")}


def log_everything(databases: ComposedDatabases) -> None:
    with databases.administrator() as session:
        session.execute("ALTER SYSTEM SET log_min_duration_statement = 0")
        session.execute("ALTER SYSTEM SET log_statement = 'all'")
        session.execute("SELECT pg_reload_conf()")
    wait_until(lambda: "SELECT 'this is logged'" in _logged_with(databases), 60, "a log of all statements")


def _logged_with(databases: ComposedDatabases) -> str:
    with databases.administrator() as session:
        session.execute("SELECT 'this is logged'")
    return databases.cluster.log


@pytest.mark.parametrize("sourced", [False, True])
def test_the_script_may_be_sourced_or_executed_once_or_again(untouched: ComposedDatabases, sourced: bool) -> None:
    for _ in range(2):
        ended = untouched.run(sourced=sourced)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == ("and on\n" if sourced else "")
    untouched.connect(untouched.url("pieces-database-url")).close()


def test_a_sourced_script_that_fails_ends_the_start(untouched: ComposedDatabases) -> None:
    untouched.write("pieces-database-url", "postgresql+psycopg://pieces@postgres:5432/pieces")
    ended = untouched.run(sourced=True)
    assert ended.returncode != 0
    assert "and on" not in ended.stdout


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "role pieces with a password is expected"),
        ("postgresql+psycopg://pieces:@postgres:5432/pieces", "role pieces with a password is expected"),
        ("postgresql+psycopg://postgres:secret-word@postgres:5432/pieces", "role pieces with a password is expected"),
        ("postgresql+psycopg://pieces:secret-word@postgres:5432/documents", "database pieces is expected"),
        ("postgresql+psycopg://pieces:secret-word@postgres:5432", "database pieces is expected"),
        ("postgresql+psycopg://pieces:secret-word%0Aa@postgres:5432/pieces", "without control characters"),
    ],
)
def test_a_secret_that_is_not_a_services_changes_nothing(untouched: ComposedDatabases, url: str, message: str) -> None:
    untouched.write("pieces-database-url", url)
    before = roles(untouched)
    ended = untouched.run()
    assert ended.returncode == 1
    assert message in ended.stderr
    assert "pieces-database-url" in ended.stderr
    assert "secret-word" not in ended.stderr
    assert roles(untouched) == before


def test_a_missing_secret_changes_nothing_and_is_named(untouched: ComposedDatabases) -> None:
    (untouched.folder / "documents-migrations-url").unlink()
    before = roles(untouched)
    ended = untouched.run()
    assert ended.returncode == 1
    assert "documents-migrations-url cannot be read" in ended.stderr
    assert roles(untouched) == before


def test_any_password_goes_through_and_into_no_log(untouched: ComposedDatabases) -> None:
    log_everything(untouched)
    url = f"postgresql+psycopg://accounts:{ENCODED}@postgres:5432/accounts?connect_timeout=5"
    untouched.write("accounts-database-url", url)
    assert untouched.run().returncode == 0
    psycopg.connect(
        host="127.0.0.1", port=untouched.cluster.port, user="accounts", password=AWKWARD, dbname="accounts"
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


def test_what_an_earlier_portal_granted_to_everybody_is_taken_back(untouched: ComposedDatabases) -> None:
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
