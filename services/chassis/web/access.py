"""Access control: decorators declare who may call a view, and are enforced before it runs. A view without one is
refused to everyone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from werkzeug.exceptions import InternalServerError

from services.chassis.errors import Forbidden, Unauthenticated
from services.chassis.web.access_tokens import Caller, KeyOf, caller_of, verified

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """A permitted kind of caller, with the required scopes (staff) or the client names (services)."""

    kind: str  # public, candidate, staff, service
    names: frozenset[str] = field(default_factory=frozenset)

    def admits(self, caller: Caller) -> bool:
        if caller.kind != self.kind:
            return False
        if self.kind == "staff":
            return self.names <= caller.scopes
        return not self.names or caller.id in self.names

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(sorted(self.names))})" if self.names else self.kind


PUBLIC = Access("public")


def _mark(*ways: Access) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        view.__access__ = ways  # type: ignore[attr-defined]
        return view

    return decorate


def public(view: View) -> View:
    """Anyone, without a token."""
    return _mark(PUBLIC)(view)


def candidate(view: View) -> View:
    """A logged-in candidate, whose id is `caller().id`."""
    return _mark(Access("candidate"))(view)


def staff(*scopes: str) -> Callable[[View], View]:
    """Staff whose token holds all `scopes`; the view itself narrows by `caller().academies`."""
    return _mark(Access("staff", frozenset(scopes)))


def service(*clients: str) -> Callable[[View], View]:
    """A process of the portal, by client id ("gateway", "documents" …)."""
    return _mark(Access("service", frozenset(clients)))


def any_of(*ways: Access) -> Callable[[View], View]:
    return _mark(*ways)


def caller() -> Caller:
    """The caller of a route that is not public."""
    who: Caller = g.caller
    return who


def register(app: Flask, key_of: KeyOf) -> None:
    app.extensions["portail.keys"] = key_of
    app.before_request(_enforce)


def ways_of(app: Flask, endpoint: str) -> tuple[Access, ...] | None:
    return getattr(app.view_functions[endpoint], "__access__", None)


def _enforce() -> None:
    if request.endpoint is None:
        return
    ways = ways_of(current_app, request.endpoint)
    if ways is None:
        raise InternalServerError(f"{request.endpoint} says nothing of who may call it")
    if PUBLIC in ways:
        return
    g.caller = _identified()
    if not any(way.admits(g.caller) for way in ways):
        raise Forbidden()


def _identified() -> Caller:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        raise Unauthenticated()
    return caller_of(verified(token, current_app.extensions["portail.keys"]))
