"""A small site behind the server that every web process uses: `python -m tests.attacks.site`, with BIND and THREADS.

BORN_IN (seconds): how long a new worker takes until it has its own signal handlers.
"""

from __future__ import annotations

import os
import time
from typing import Any

from flask import Flask, request

from services.chassis.patient import seconds_since_head
from services.chassis.serving import serve


def create() -> Flask:
    app = Flask("site", static_folder=None)

    @app.get("/")
    def home() -> str:
        return "home"

    @app.post("/taken")
    def taken() -> str:
        return f"{len(request.get_data())} {seconds_since_head():.3f}"

    return app


def be_born(_server: Any, _worker: Any) -> None:
    time.sleep(float(os.environ.get("BORN_IN", "0")))


if __name__ == "__main__":
    serve(create, post_fork=be_born)
