"""Access control of pages: decorators of the view (`@access.public`, `@access.candidate`), enforced before it runs.

They are those of the services (services/chassis/web/access.py). A view without one is refused to everyone (500).
"""

from __future__ import annotations

from flask import Flask, current_app, request
from werkzeug.exceptions import InternalServerError

from gateway import visitor
from services.chassis.errors import Unauthenticated
from services.chassis.web.access import Access, candidate, public, ways_of

__all__ = ["CANDIDATE", "candidate", "public", "register"]

CANDIDATE = Access("candidate")


def register(app: Flask) -> None:
    """Visitors who are not logged in are redirected to log in; error_pages.py keeps what they posted."""
    app.before_request(_enforce)


def _enforce() -> None:
    if request.endpoint is None:
        return
    marks = ways_of(current_app, request.endpoint)
    if marks is None:
        raise InternalServerError(f"{request.endpoint} says nothing of who may call it")
    if CANDIDATE in marks and visitor.current() is None:
        raise Unauthenticated()
