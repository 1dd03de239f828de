"""Log-in, log-out, and the exchange of what a browser or a tool holds for a short access token."""

from __future__ import annotations

from typing import Any

from services.accounts.operations import login, sessions
from services.accounts.operations.staff_tokens import exchange_token
from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api import sessions as api
from services.contracts.api.operation import answer_of

views = Views("sessions", __name__)


@views.serves(api.log_in)
def log_in(body: dict[str, Any]) -> api.OpenedSession:
    logged_in = login.log_in(login.Attempt(**body))
    owner = sessions.exchange(logged_in.session, access.caller().id)
    return answer_of(api.OpenedSession, owner, session=logged_in.session, device=logged_in.device)


@views.serves(api.exchange_session)
def exchange_session(body: dict[str, str]) -> api.LoggedIn:
    return sessions.exchange(body["session"], access.caller().id)


@views.serves(api.log_out)
def log_out(body: dict[str, str]) -> None:
    sessions.end_session(body["session"])


@views.serves(api.exchange_tool_token)
def exchange_tool_token(body: dict[str, str]) -> api.AccessToken:
    return exchange_token(body["token"], access.caller().id)
