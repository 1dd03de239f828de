"""Who may open a page: a mark on the view (`@access.public`, `@access.candidate`, `@access.staff("pieces:read")`),
enforced before the view runs.

The marks are those of the services (services/chassis/web/access.py). A view without a mark answers nobody (500).
"""

from __future__ import annotations

from flask import Flask, current_app, request
from werkzeug.exceptions import InternalServerError

from gateway.sessions import staff_member, visitor
from services.chassis.errors import Forbidden, Unauthenticated
from services.chassis.web.access import candidate, public, staff, ways_of
from services.contracts.api.operation import CANDIDATE

__all__ = ["CANDIDATE", "candidate", "public", "register", "staff"]


def register(app: Flask) -> None:
    """Who is not logged in is sent from a candidate's page to log in; error_pages.py keeps what they posted."""
    app.before_request(_enforce)


def _enforce() -> None:
    if request.endpoint is None:
        return
    marks = ways_of(current_app, request.endpoint)
    if marks is None:
        raise InternalServerError(f"{request.endpoint} says nothing of who may call it")
    if CANDIDATE in marks and visitor.current() is None:
        raise Unauthenticated()
    for mark in marks:
        if mark.kind == "staff":
            _require_scopes(mark.names)


def _require_scopes(scopes: frozenset[str]) -> None:
    """Of the page alone: what is on it, and what is done from it, the services judge by académie too."""
    if not scopes.issubset(staff_member.required().scopes):
        raise Forbidden()
