"""A small site behind the server that every web process uses: `python -m tests.chassis.site`, with BIND and THREADS.

START_SECONDS: seconds that a new worker takes to create its application. WRITES_FILE: a file to which each write
adds a byte.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from flask import Flask, request

from services.chassis.web.gunicorn_server import serve


def create() -> Flask:
    time.sleep(float(os.environ.get("START_SECONDS", "0")))
    app = Flask("site", static_folder=None)

    @app.get("/")
    def home() -> str:
        return "home"

    @app.post("/taken")
    def taken() -> str:
        return str(len(request.get_data()))

    @app.post("/writes")
    def write_one() -> str:
        write()
        return "{}"

    @app.post("/writes/last")
    def write_and_exit() -> str:
        """Exits without reading the body."""
        write()
        os.kill(os.getpid(), signal.SIGKILL)
        return "never said"

    return app


def write() -> None:
    with Path(os.environ["WRITES_FILE"]).open("ab", buffering=0) as file:
        file.write(b".")


if __name__ == "__main__":
    serve(create)
