"""One private PostgreSQL cluster for the test run, shared by its processes; each test gets a
database of its own."""

import re
import secrets
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.missing_services import NotInstalled
from tests.support.ports import free_port
from tests.support.processes import Daemon, OwnServer, PrivateFolder, account_for, identity

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "64MB",
    # A lost test database is made again: durability would only cost time.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # Its workers would visit each test's database in turn for the rest of the run.
    "autovacuum": "off",
    "timezone": "UTC",
}


@dataclass
class Postgres:
    """A cluster that runs. Its databases belong to a plain role: no superuser hides a missing
    right."""

    port: int
    password: str
    role = "portail"

    def fresh_database(self, template: str = "template1") -> str:
        """Create a database, empty or copied from a template, and return its postgresql+psycopg://
        URL."""
        name = f"test_{secrets.token_hex(6)}"
        self.create_database(name, template)
        return self.url_of(name)

    def drop_database(self, url: str) -> None:
        """Drop the database at `url`, whoever is connected to it: thousands of them would fill a
        disk."""
        name = sql.Identifier(url.rsplit("/", 1)[1])
        self._administer(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def template(self, name: str, prepare: Callable[[str], None]) -> str:
        """Make, once in the test run, a template that `prepare(url)` fills (migrations); return its
        name.

        `prepare` must close its connections: PostgreSQL copies only a database that nobody uses.
        """
        with (
            self._connect() as connection
        ):  # the run's other processes wait for the one that makes it
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", (name,))
            is_ready = "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate"
            if connection.execute(is_ready, (name,)).fetchone() is None:
                self.create_database(name, "template1")
                prepare(self.url_of(name))
                connection.execute(
                    sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(name))
                )
        return name

    def url_of(self, database: str) -> str:
        return f"postgresql+psycopg://{self.role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str, template: str) -> None:
        # As files: half the work of writing each page to the log, which only a cluster that must
        # outlive a crash needs.
        create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
        self._administer(create.format(*map(sql.Identifier, (name, self.role, template))))

    def _connect(self) -> psycopg.Connection:
        address = f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"
        return psycopg.connect(address, autocommit=True, connect_timeout=10)

    def _administer(self, statement: sql.Composed) -> None:
        with self._connect() as connection:
            connection.execute(statement)


class PostgresServer(OwnServer, Postgres):
    """The same with its process."""

    def __init__(self) -> None:
        self._binaries = _newest_binaries()
        super().__init__(free_port(), secrets.token_urlsafe(12))
        self._folder = PrivateFolder("postgres", account_for("postgres"))
        self._data = self._folder.path / "data"
        self._initialise()
        self._daemon = Daemon(
            "postgres", self._command(), self._folder, {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
        )
        self.start()
        create_role = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
        self._administer(create_role.format(sql.Identifier(self.role), sql.Literal(self.password)))

    def stop(self) -> None:
        """PostgreSQL's « fast » shutdown: sessions are cut, data are kept for start()."""
        self._daemon.stop(first=signal.SIGINT)

    @property
    def log(self) -> str:
        return self._daemon.log.read_text(encoding="utf-8")

    def _initialise(self) -> None:
        secret = self._folder.write("superuser", self.password)
        command = [
            self._binaries / "initdb",
            "--pgdata",
            self._data,
            "--username=postgres",
            "--no-sync",
        ]
        options = [
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
        ]
        subprocess.run(
            [*map(str, command), *options],
            check=True,
            cwd=self._folder.path,
            stdout=subprocess.DEVNULL,
            **identity(self._folder.account),
        )

    def _command(self) -> list[str | Path]:
        # Each connection would hash the password 4096 times, which takes as long as all else of a
        # connection.
        cheap_passwords = {"scram_iterations": "1"} if _version(self._binaries) >= 16 else {}
        place = {"port": str(self.port), "unix_socket_directories": str(self._folder.path)}
        settings = _SETTINGS | cheap_passwords | place
        flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [self._binaries / "postgres", "-D", self._data, *flags]

    def is_ready(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True


def _newest_binaries() -> Path:
    """Find the folder of the newest PostgreSQL server: Debian keeps each major version in its
    own."""
    root = Path("/usr/lib/postgresql")
    versions = [
        path.parent for path in root.glob("*/bin/postgres") if re.fullmatch(r"\d+", path.parts[4])
    ]
    if not versions:
        raise NotInstalled("PostgreSQL", f"{root}/*/bin/postgres")
    return max(versions, key=_version)


def _version(binaries: Path) -> int:
    """The major version, of which the folder bears the name."""
    return int(binaries.parts[4])
