"""A small site behind the server that every web process uses: `python -m tests.chassis.site`, with BIND and THREADS.

BORN_IN (seconds): how long a new worker takes to make its application. DEEDS (a file): where each deed adds a byte.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from flask import Flask, request

from services.chassis.web.gunicorn_server import serve


def create() -> Flask:
    time.sleep(float(os.environ.get("BORN_IN", "0")))
    app = Flask("site", static_folder=None)

    @app.get("/")
    def home() -> str:
        return "home"

    @app.post("/taken")
    def taken() -> str:
        return str(len(request.get_data()))

    @app.post("/deeds")
    def do() -> str:
        deed()
        return "{}"

    @app.post("/deeds/last")
    def do_and_die() -> str:
        """Without having read what was sent."""
        deed()
        os.kill(os.getpid(), signal.SIGKILL)
        return "never said"

    return app


def deed() -> None:
    with Path(os.environ["DEEDS"]).open("ab", buffering=0) as file:
        file.write(b".")


if __name__ == "__main__":
    serve(create)
