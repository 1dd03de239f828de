"""Ending the session, and saying that one is still there."""

from __future__ import annotations

from flask import Response, redirect
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.services import services
from gateway.web.compte import blueprint


@blueprint.post("/deconnexion")
@entrances.everyone
def log_out() -> ResponseReturnValue:
    """Ends the session everywhere. While accounts does not answer, the cookie stays so that it can be tried again."""
    if session := visitor.session_cookie():
        services().accounts.log_out(session)
    response = redirect("/?fait=deconnexion", code=303)
    visitor.forget(response)
    return response


@blueprint.post("/session/prolonger")
@entrances.candidates
def extend() -> ResponseReturnValue:
    """« Rester connecté »: to have been recognised is the activity that counts."""
    return Response(status=204)
