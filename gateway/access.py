"""Who may open a page: its route says it (`@blueprint.get("/pieces", who=staff("pieces:read"))`),
enforced before the view runs.

The kinds of people are those of the services (services/contracts/api/operation.py).
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from flask import Blueprint, Flask, current_app, request
from werkzeug.exceptions import InternalServerError

from gateway.sessions import staff_member, visitor
from services.chassis.errors import Forbidden, Unauthenticated
from services.chassis.web.access import View, marked, ways_of
from services.contracts.api.operation import CANDIDATE, PUBLIC, Access, staff

__all__ = ["CANDIDATE", "PUBLIC", "Pages", "register", "staff"]


class Pages(Blueprint):
    """A blueprint of which no route can leave out `who` may open it."""

    def import_views(self) -> None:
        """Of all modules of its package, which add their routes."""
        for module in iter_modules([self.root_path]):
            import_module(f"{self.import_name}.{module.name}")

    def route(  # type: ignore[override]
        self, rule: str, *, who: Access, **options: Any
    ) -> Callable[[View], View]:
        add = super().route(rule, **options)
        return lambda view: add(marked(view, who))


def register(app: Flask) -> None:
    """Who is not logged in is sent from a candidate's page to log in; error_pages.py keeps what
    they posted."""
    app.before_request(_enforce)


def _enforce() -> None:
    """For the page alone: what is on it, and what is done from it, the services judge by académie
    too."""
    if request.endpoint is None:
        return
    marks = ways_of(current_app, request.endpoint)
    if marks is None:
        raise InternalServerError(f"{request.endpoint} says nothing of who may call it")
    if CANDIDATE in marks and visitor.current() is None:
        raise Unauthenticated()
    for mark in marks:
        if mark.kind == "staff" and not mark.names.issubset(staff_member.required().scopes):
            raise Forbidden()
