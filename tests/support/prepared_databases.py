"""Databases that a service prepared once in the run (migrations, a catalogue), and that are copied
for each test."""

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


def sqlite_template(name: str, prepare: Prepare, request: pytest.FixtureRequest) -> Path:
    """For SQLite what `Postgres.template` is for PostgreSQL: a file that `prepare(url)` fills once
    in the test run; `prepare` must close its connections."""
    folders: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    path = folders.getbasetemp() / f"{name}.db"
    if not path.exists():
        prepare(f"sqlite:///{path}")
    return path


def prepared_url(engine: str, name: str, prepare: Prepare, request: pytest.FixtureRequest) -> str:
    """The URL of a copy, of this test alone, of the database that `prepare(url)` filled under this
    name."""
    if engine == "sqlite":
        copy = request.getfixturevalue("tmp_path") / "service.db"
        shutil.copy(sqlite_template(name, prepare, request), copy)
        return f"sqlite:///{copy}"
    cluster: Postgres = request.getfixturevalue("postgres")
    url = cluster.fresh_database(cluster.template(name, prepare))
    request.addfinalizer(partial(cluster.drop_database, url))
    return url
