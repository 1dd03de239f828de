"""Databases that a service prepared once in the run (migrations, a catalogue), and that are copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.postgres import Postgres

Prepare = Callable[[str], None]


class SqliteTemplates:
    """For SQLite what `Postgres.template` is for PostgreSQL."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def template(self, name: str, prepare: Prepare) -> Path:
        """Make, once in the test run, a file that `prepare(url)` fills; `prepare` must close its connections."""
        path = self._folder / f"{name}.db"
        if not path.exists():
            prepare(f"sqlite:///{path}")
        return path


def prepared_url(engine: str, name: str, prepare: Prepare, request: pytest.FixtureRequest) -> str:
    """The URL of a copy, of this test alone, of the database that `prepare(url)` filled under this name."""
    if engine == "sqlite":
        templates: SqliteTemplates = request.getfixturevalue("sqlite_templates")
        copy = request.getfixturevalue("tmp_path") / "service.db"
        shutil.copy(templates.template(name, prepare), copy)
        return f"sqlite:///{copy}"
    cluster: Postgres = request.getfixturevalue("postgres")
    url = cluster.fresh_database(cluster.template(name, prepare))
    request.addfinalizer(partial(cluster.drop_database, url))
    return url
