"""A small site behind the server that every web process uses: `python -m tests.attacks.site`, with BIND and THREADS."""

from __future__ import annotations

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


if __name__ == "__main__":
    serve(create)
