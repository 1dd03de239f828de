"""Log-in, log-out, and the exchange of what a browser or a tool holds for a short access token."""

from __future__ import annotations

import dataclasses
from typing import Any

from flask_smorest import Blueprint

from services.accounts.api import schemas
from services.accounts.operations.login import Attempt, log_in
from services.accounts.operations.sessions import end_session, exchange
from services.accounts.operations.staff_tokens import exchange_token
from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types

blp = Blueprint("sessions", __name__, url_prefix="/v1", description="Sessions et jetons")
GATEWAY = access.service("gateway")


@blp.route("/sessions", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.Login)
@blp.response(201, schemas.Opened)
@answers_with(
    blp,
    problem_types.LOGIN_REFUSED,
    problem_types.NOT_ACTIVATED,
    problem_types.ACCOUNT_DISABLED,
    problem_types.SECOND_FACTOR_ASKED,
    problem_types.SECOND_FACTOR_UNREADABLE,
    problem_types.TOO_MANY_TRIES,
)
def open_session(sent: dict[str, Any]) -> dict[str, Any]:
    """Log in. Staff add the `code` of their second factor."""
    logged_in = log_in(Attempt(**sent))
    exchanged = exchange(logged_in.session, access.caller().id)
    return {**dataclasses.asdict(exchanged), "session": logged_in.session, "device": logged_in.device}


@blp.route("/sessions/exchange", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.SessionOnly)
@blp.response(200, schemas.Exchanged)
@answers_with(blp, problem_types.SESSION_EXPIRED)
def exchange_session(sent: dict[str, str]) -> dict[str, Any]:
    return dataclasses.asdict(exchange(sent["session"], access.caller().id))


@blp.route("/sessions/end", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.SessionOnly)
@blp.response(204)
def log_out(sent: dict[str, str]) -> None:
    """Log out, everywhere."""
    end_session(sent["session"])


@blp.route("/tools/exchange", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.TokenOnly)
@blp.response(200, schemas.AccessToken)
@answers_with(blp, problem_types.TOKEN_REFUSED)
def exchange_tool_token(sent: dict[str, str]) -> dict[str, Any]:
    token, seconds = exchange_token(sent["token"], access.caller().id)
    return {"access_token": token, "expires_in": seconds}
