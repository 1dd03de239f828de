"""Ending the session (« Se déconnecter ») and prolonging it (« Rester connecté »)."""

from __future__ import annotations

from flask import Response, redirect
from flask.typing import ResponseReturnValue

from gateway import access, visitor
from gateway.service_clients import clients
from gateway.web.compte import blueprint


@blueprint.post("/deconnexion")
@access.public
def log_out() -> ResponseReturnValue:
    """Ends the session everywhere. While accounts does not answer, the cookie stays so that it can be tried again."""
    if session := visitor.session_cookie():
        clients().accounts.log_out(session)
    response = redirect("/?fait=deconnexion", code=303)
    visitor.forget_session(response)
    return response


@blueprint.post("/session/prolonger")
@access.candidate
def extend() -> ResponseReturnValue:
    """Recognising the visitor has asked accounts for the session, which counts as activity."""
    return Response(status=204)
