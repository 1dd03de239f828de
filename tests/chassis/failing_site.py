"""A service that fails, in a route and outside any; `python -m tests.chassis.failing_site` serves it, with BIND."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, request

from services.chassis.database.transactions import Database
from services.chassis.web import access
from services.chassis.web.application import create_service
from services.chassis.web.gunicorn_server import serve
from tests.chassis.tables import settings


def create() -> Flask:
    nowhere = settings("sqlite:////nowhere/failing.db", env="development")
    app = create_service("failing", nowhere, Database(), title="-", blueprints=[])

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

    app.wsgi_app = _Outside(app.wsgi_app)  # type: ignore[assignment, method-assign]
    return app


class _Outside:
    """What a server meets when the application itself breaks."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/outside"):
            raise ValueError(environ["PATH_INFO"])
        answer: Iterable[bytes] = self._inner(environ, start)
        return answer


if __name__ == "__main__":
    serve(create)
