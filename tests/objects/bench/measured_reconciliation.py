"""The process that is measured: `python -m tests.objects.bench.measured_reconciliation DATABASE_URL OBJECTS_URL`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from flask import Flask

from services.chassis.database.transactions import Database
from services.objects import ObjectStore, ObjectTables
from services.objects.comparison import KeyColumn
from services.objects.reconciliation import Reconciliation
from tests.objects.file_table import declare_file

KIB = 1024


def main(database_url: str, objects_url: str) -> None:
    app, db = Flask(__name__), Database()
    file = declare_file(db)
    ObjectTables(db)
    db.connect(app, database_url)
    with app.app_context():
        reconciliation = Reconciliation("bench", db, ObjectStore(objects_url), (KeyColumn(file.key, file.id),))
        before, started = _memory(), time.monotonic()
        report = reconciliation.report()
        seconds = time.monotonic() - started
    measured = {
        "rows": report.rows,
        "objects": report.objects,
        "lost": report.lost_count,
        "unknown": report.unknown_count,
        "seconds": seconds,
        "more_memory": _memory() - before,
    }
    print(json.dumps(measured))


def _memory() -> int:
    """The most that this program has held, in bytes (what getrusage tells counts the program that started it too)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * KIB


if __name__ == "__main__":
    assert Path.cwd().joinpath("services").is_dir()
    main(*sys.argv[1:])
