"""The composed portal's pooler, with the settings and secrets that it has there, before a cluster of the tests."""

import re
from pathlib import Path

from deploy.containers import secrets
from deploy.containers.derived_files import POOLER
from tests.containers.composed_databases import ComposedDatabases
from tests.support.missing_services import NotInstalled
from tests.support.ports import free_port, is_listening
from tests.support.processes import Daemon, PrivateFolder, account_for

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
        users = folder.write("users", (databases.folder / "pooler-users").read_text(encoding="utf-8"))
        settings = SETTINGS.read_text(encoding="utf-8")
        settings = settings.replace("host=postgres port=5432", f"host=127.0.0.1 port={databases.cluster.port}")
        for name, value in (("auth_file", users), ("listen_addr", "127.0.0.1"), ("listen_port", self._port)):
            settings = re.sub(rf"^{name} = .*", f"{name} = {value}", settings, flags=re.MULTILINE)
        self._daemon = Daemon("pgbouncer", [PROGRAM, folder.write("pgbouncer.ini", settings)], folder, {})
        self._daemon.start(lambda: is_listening(self._port))

    def url_of(self, service: str) -> str:
        """The secret of the service's web process, with this pooler in place of the composed one."""
        url = (self._databases.folder / f"{service}-pooled-url").read_text(encoding="utf-8")
        return url.replace(f"@{POOLER}/", f"@127.0.0.1:{self._port}/")

    def stop(self) -> None:
        """It keeps nothing, and asked politely it would wait for the last of its clients."""
        self._daemon.kill()
