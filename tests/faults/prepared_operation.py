"""An operation that was prepared once, with its service, and is put back as it then was before each of its cells."""

import copy
import shutil
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from tests.faults.operation import Operation, State
from tests.faults.running_service import RunningService
from tests.support.postgres import Postgres
from tests.support.postgres_proxy import PostgresProxy


class SqliteDatabase:
    """A copy of the file `template` in an empty folder. Nobody is connected to it while it is kept or put back."""

    proxy = None

    def __init__(self, template: Path, folder: Path) -> None:
        self._file, self._kept = folder / "service.db", folder / "kept.db"
        shutil.copy(template, self._file)
        self.url = f"sqlite:///{self._file}"

    def keep(self) -> None:
        shutil.copy(self._file, self._kept)

    def put_back(self) -> None:
        for unfinished in ("-wal", "-shm"):  # of a process that was killed
            Path(f"{self._file}{unfinished}").unlink(missing_ok=True)
        shutil.copy(self._kept, self._file)

    def drop(self) -> None:
        """The folder goes with the test run."""


class PostgresDatabase:
    """A copy of a template of the cluster, reached by way of the proxy."""

    def __init__(self, cluster: Postgres, template: str, proxy: PostgresProxy) -> None:
        self._cluster, self.proxy = cluster, proxy
        self._url, self._kept = cluster.fresh_database(template), ""
        self.url = proxy.in_front_of(self._url)

    def keep(self) -> None:
        self._kept = self._cluster.fresh_database(self._name_of(self._url))

    def put_back(self) -> None:
        self._cluster.drop_database(self._url)
        self._cluster.create_database(self._name_of(self._url), self._name_of(self._kept))

    def drop(self) -> None:
        for url in filter(None, (self._url, self._kept)):
            self._cluster.drop_database(url)

    @staticmethod
    def _name_of(url: str) -> str:
        return str(make_url(url).database)


RestorableDatabase = SqliteDatabase | PostgresDatabase


class PreparedOperation:
    """`before`: what people saw before it was done."""

    def __init__(self, operation: type[Operation[Any]], running: RunningService, database: RestorableDatabase) -> None:
        self.running, self.proxy = running, database.proxy
        self._database = database
        self._operation = operation(running)
        self._operation.prepare()
        self.before: State = self._operation.state()
        self._restore = running.restoring()
        running.disconnect()
        database.keep()

    def operation(self) -> Operation[Any]:
        """The operation, with everything as it was once it had been prepared."""
        self.running.disconnect()
        self._database.put_back()
        self._restore()
        return copy.copy(self._operation)

    def close(self) -> None:
        self.running.close()
        self._database.drop()
