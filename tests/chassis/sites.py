"""Sites behind the server of every web process: `python -m tests.chassis.sites NAME …`, with BIND
and THREADS. SILENT_SECONDS: how long a worker may be silent, if not as long as those of the portal.
"""

import logging
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, request
from sqlalchemy import text

from services.chassis.database.transactions import Database
from services.chassis.process import time_limits
from services.chassis.process.readiness import Readiness
from services.chassis.web import access, health_pages
from services.chassis.web.application import create_service
from services.chassis.web.gunicorn_server import SILENT_SECONDS, serve
from tests.chassis.tables import settings


def plain() -> Flask:
    """START_SECONDS: how long a new worker takes to create it. WRITES_FILE: a file to which each
    write adds a byte."""
    time.sleep(float(os.environ.get("START_SECONDS", "0")))
    app = Flask("site", static_folder=None)
    health_pages.register(app, Readiness(app, needs={}, reports={}))

    @app.get("/worker")
    def worker() -> str:
        return str(os.getpid())

    @app.get("/works")
    def work() -> str:
        """Computes for `seconds`."""
        end = time.monotonic() + float(request.args["seconds"])
        while time.monotonic() < end:
            sum(range(1000))
        return "done"

    @app.get("/")
    def home() -> str:
        return "home"

    @app.post("/taken")
    def taken() -> str:
        return str(len(request.get_data()))

    @app.post("/writes")
    def write() -> str:
        with Path(os.environ["WRITES_FILE"]).open("ab", buffering=0) as file:
            file.write(b".")
        return "{}"

    return app


def failing() -> Flask:
    nowhere = settings("sqlite:////nowhere/failing.db", env="development")
    app = create_service("failing", nowhere, Database(), title="-", views=[])
    inner = app.wsgi_app

    @app.get("/people/<name>")
    @access.public
    def fail(name: str) -> str:
        raise ValueError(f"{name} {request.args}")

    @app.get("/library/<name>")
    @access.public
    def use_library(name: str) -> str:
        library = logging.getLogger("some.library")
        library.info("this is %s", name)
        library.warning("this is %s", name)
        library.error(f"{'x' * 100_000}{name}")
        return "-"

    def break_outside(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/outside"):
            raise ValueError(environ["PATH_INFO"])
        return inner(environ, start)

    app.wsgi_app = break_outside  # type: ignore[assignment, method-assign]
    return app


def ledger(database_url: str) -> Flask:
    db = Database()
    app = create_service("ledger", settings(database_url), db, title="-", views=[])

    @app.post("/entries")
    @access.public
    def write() -> tuple[str, int]:
        """Written once it is acknowledged."""
        with db.operation() as transaction:
            transaction.execute(
                text("INSERT INTO entries VALUES (:entry)"), {"entry": request.args["entry"]}
            )
        return "", 201

    @app.get("/entries")
    @access.public
    def read() -> list[str]:
        with db.reading() as transaction:
            return list(transaction.scalars(text("SELECT entry FROM entries")))

    @app.get("/slow")
    @access.public
    def slow() -> str:
        with db.reading() as transaction:
            transaction.execute(text("SELECT pg_sleep(9)"))
        return ""

    @app.get("/nothing")
    @access.public
    def nothing() -> str:
        return ""

    with app.app_context(), db.operation() as transaction:
        transaction.execute(text("CREATE TABLE IF NOT EXISTS entries (entry TEXT)"))
    return app


SITES: dict[str, Callable[..., Flask]] = {"plain": plain, "failing": failing, "ledger": ledger}

if __name__ == "__main__":
    time_limits.set_role(time_limits.WEB)
    name, *arguments = sys.argv[1:]
    serve(
        lambda: SITES[name](*arguments),
        timeout=int(os.environ.get("SILENT_SECONDS", SILENT_SECONDS)),
    )
