"""Access control: each view bears who may call it, which is enforced before it runs. A view without
that is refused to everyone."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from werkzeug.exceptions import InternalServerError

from services.chassis.errors import Forbidden, Unauthenticated
from services.chassis.web.access_tokens import (
    AUDIENCE,
    Caller,
    Claims,
    KeyOf,
    VerifiedTokens,
    caller_of,
)
from services.contracts import problem_types
from services.contracts.api.operation import PUBLIC, Access

View = TypeVar("View", bound=Callable[..., Any])


def marked(view: View, *ways: Access) -> View:
    """Note that any of these may call a view, and return the view."""
    view.__access__ = ways  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Let anyone call a view, without a token, and return the view."""
    return marked(view, PUBLIC)


def caller() -> Caller:
    """Return the caller of a route that is not public."""
    who: Caller = g.caller
    return who


def caller_id() -> str:
    return caller().id


def caller_academies() -> frozenset[str] | None:
    """Return the académies within which a member of staff acts; None: all."""
    return caller().academies


def refuse_without_code() -> None:
    """Raise Forbidden for a browser's session that gave no fresh code; a tool's token was made with
    one."""
    if caller().gave_code is False:
        raise Forbidden(
            "Cet acte demande un code de votre second facteur.",
            problem=problem_types.SECOND_FACTOR_ASKED,
        )


def register(app: Flask, key_of: KeyOf) -> None:
    app.extensions["portail.tokens"] = VerifiedTokens(key_of)
    app.before_request(_enforce)


def ways_of(app: Flask, endpoint: str) -> tuple[Access, ...] | None:
    """Return who may call a view; None where nothing says it."""
    return getattr(app.view_functions[endpoint], "__access__", None)


def _enforce() -> None:
    if request.endpoint is None:
        return
    ways = ways_of(current_app, request.endpoint)
    if ways is None:
        raise InternalServerError(f"{request.endpoint} says nothing of who may call it")
    if PUBLIC in ways:
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        raise Unauthenticated()
    g.caller = caller_of(claims_of(token))
    if not any(_admits(way, g.caller) for way in ways):
        raise Forbidden()


def _admits(way: Access, who: Caller) -> bool:
    if who.kind != way.kind:
        return False
    if way.kind == "staff":
        return way.names <= who.scopes
    return not way.names or who.id in way.names


def claims_of(token: str, audience: str = AUDIENCE) -> Claims:
    """Return what a token says. Raises Unauthenticated for one that is not valid."""
    tokens: VerifiedTokens = current_app.extensions["portail.tokens"]
    return tokens.claims(token, audience)
