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
    """End the session everywhere. If accounts does not answer, the cookie stays, so that the visitor can try again."""
    if session := visitor.session_cookie():
        clients().accounts.log_out(session)
    response = redirect("/?fait=deconnexion", code=303)
    visitor.forget_session(response)
    return response


@blueprint.post("/session/prolonger")
@access.candidate
def extend() -> ResponseReturnValue:
    """Nothing more to do: identifying the visitor has exchanged the session at accounts, which counts as activity."""
    return Response(status=204)
