"""A start looks for databases that are damaged, before any service writes to them."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from deploy.local.state_folder import StateFolder

ROOT = Path(__file__).parents[2]


def test_a_database_that_is_cut_or_overwritten_is_named_and_nothing_started(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    for service in ("accounts", "pieces", "documents", "registrations"):
        with closing(sqlite3.connect(state.database(service))) as connection, connection:
            connection.execute("CREATE TABLE kept (text)")
            connection.executemany("INSERT INTO kept VALUES (?)", [("x" * 1000,)] * 100)
    os.truncate(state.database("accounts"), 50_000)
    state.database("pieces").write_bytes(b"not a database" * 1000)
    with state.database("registrations").open("r+b") as overwritten:
        overwritten.seek(60_000)
        overwritten.write(b"\xff" * 8_000)
    damaged = [state.database(service) for service in ("accounts", "pieces", "registrations")]
    assert state.damaged_databases() == damaged
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "PORT": "1"}
    start = subprocess.run(
        [sys.executable, "-m", "deploy.local"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (start.returncode, "make restore" in start.stderr) == (1, True)
    assert all(str(path) in start.stderr for path in damaged)
    assert not (tmp_path / "secrets.json").exists()
