"""Who may open a page: a mark on the view, enforced before it runs. A view without a mark is refused to everyone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import InternalServerError

from gateway import visitor
from services.chassis.errors import Unauthenticated
from services.chassis.web.access import PUBLIC, Access

View = TypeVar("View", bound=Callable[..., Any])
CANDIDATE = Access("candidate")


def everyone(view: View) -> View:
    """Anyone, logged in or not."""
    view.__access__ = (PUBLIC,)  # type: ignore[attr-defined]
    return view


def candidates(view: View) -> View:
    """Logged-in candidates; others meet the log-in page, and a post keeps what was typed."""
    view.__access__ = (CANDIDATE,)  # type: ignore[attr-defined]
    return view


def register(app: Flask) -> None:
    def enforce() -> None:
        if request.endpoint is None:
            return
        ways = getattr(current_app.view_functions[request.endpoint], "__access__", None)
        if ways is None:
            raise InternalServerError(f"{request.endpoint} says nothing of who may call it")
        if CANDIDATE in ways and visitor.current() is None:
            raise Unauthenticated()

    app.before_request(enforce)
