"""A PostgreSQL cluster that the composed portal's init script is run on, as the postgres image runs it."""

import os
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.containers import secrets
from deploy.service_names import SERVICES
from tests.support.postgres import PostgresServer

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
        command = ["bash", "-c", f'set -Eeo pipefail; . "{SCRIPT}"; echo "and on"'] if sourced else executed
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
        """Return the URL in a secret, this cluster in place of the composed one, another database if named."""
        url = (self.folder / file).read_text(encoding="utf-8").strip()
        url = url.replace("@postgres:5432/", f"@127.0.0.1:{self.cluster.port}/")
        return url if database is None else f"{url.rpartition('/')[0]}/{database}"

    def write(self, file: str, text: str) -> None:
        """Put an operator's own secret in place of the one that was made."""
        (self.folder / file).unlink(missing_ok=True)
        (self.folder / file).write_text(text, encoding="utf-8")

    def connect(self, url: str) -> psycopg.Connection:
        """Open a session that commits each statement. Raises psycopg.OperationalError where it is refused."""
        return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)

    def administrator(self) -> psycopg.Connection:
        """Open a session of the superuser."""
        address = f"127.0.0.1:{self.cluster.port}/postgres"
        return self.connect(f"postgresql://postgres:{self.cluster.password}@{address}")

    def forget(self) -> None:
        """Drop the services' databases and roles, and make their secrets anew: all is as before a first start."""
        with self.administrator() as session:
            for service in SERVICES:
                name, owner = sql.Identifier(service), sql.Identifier(f"{service}_owner")
                session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
                session.execute(sql.SQL("DROP ROLE IF EXISTS {}, {}").format(name, owner))
        for path in self.folder.iterdir():
            path.unlink()
        self._make_secrets()

    def _make_secrets(self) -> None:
        """The image has given the superuser the password of its file: here it is the cluster's."""
        secrets.make(self.folder)
        self.write("postgres-password", self.cluster.password)
