"""A small site behind the server that every web process uses: `python -m tests.chassis.site`, with BIND and THREADS.

BORN_IN (seconds): how long a new worker takes to make its application.
"""

from __future__ import annotations

import os
import time

from flask import Flask, request

from services.chassis.serving import serve


def create() -> Flask:
    time.sleep(float(os.environ.get("BORN_IN", "0")))
    app = Flask("site", static_folder=None)

    @app.get("/")
    def home() -> str:
        return "home"

    @app.post("/taken")
    def taken() -> str:
        return str(len(request.get_data()))

    return app


if __name__ == "__main__":
    serve(create)
