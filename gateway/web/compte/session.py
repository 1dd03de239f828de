"""Opening a session, ending it (« Se déconnecter ») and prolonging it (« Rester connecté »)."""

from __future__ import annotations

from flask import Response, redirect, request
from flask.typing import ResponseReturnValue

from gateway import access, visitor
from gateway.service_clients import clients
from gateway.web.compte import blueprint
from services.contracts.api import sessions as api


@blueprint.post("/deconnexion")
@access.public
def log_out() -> ResponseReturnValue:
    """End the session everywhere. If accounts does not answer, the cookie stays, so that the visitor can try again."""
    if session := visitor.session_cookie():
        end_session(session)
    response = redirect("/?fait=deconnexion", code=303)
    visitor.forget_session(response)
    return response


@blueprint.post("/session/prolonger")
@access.candidate
def extend() -> ResponseReturnValue:
    """Nothing more to do: identifying the visitor has exchanged the session at accounts, which counts as activity."""
    return Response(status=204)


def opened_session(code: str | None = None) -> api.OpenedSession:
    """Logs in by the posted form; `code`: of the second factor of a gestionnaire or administrateur."""
    sent = {
        "email": request.form.get("identifiant", ""),
        "password": request.form.get("password", ""),
        "device": visitor.device_cookie(),
        "source": request.remote_addr or "",
        "code": code,
    }
    return clients().passwords.call(api.log_in, clients().own_token, body=sent)


def end_session(session: str) -> None:
    clients().accounts.call(api.log_out, clients().own_token, body={"session": session})
