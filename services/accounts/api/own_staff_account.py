"""What a member of staff does with their own account, in a browser's session alone: no tool's token comes in here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_smorest import Blueprint

from services.accounts.api import own_staff_schemas as schemas
from services.accounts.api.staff_schemas import CodeOnly, Paging, TokenPage
from services.accounts.domain.staff import SESSION_ONLY
from services.accounts.operations import own_staff_account as operations
from services.accounts.operations.factor_proposals import Proposal
from services.accounts.operations.staff_tokens import create_own_token, revoke_token
from services.accounts.queries import staff as staff_queries
from services.accounts.queries.own_staff_account import own_account
from services.chassis.database.audit import Actor
from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types

blp = Blueprint("own_staff_account", __name__, url_prefix="/v1/staff/me", description="Mon compte de gestion")
IN_A_SESSION = access.staff(SESSION_ONLY)


@blp.route("", methods=["GET"])
@IN_A_SESSION
@blp.response(200, schemas.OwnAccount)
@answers_with(blp, problem_types.NOT_FOUND)
def show() -> dict[str, Any]:
    return own_account(_id())


@blp.route("/password", methods=["POST"])
@IN_A_SESSION
@blp.arguments(schemas.NewStaffPassword)
@blp.response(200, schemas.NewSession)
@answers_with(blp, problem_types.NOT_FOUND, problem_types.TOO_MANY_TRIES)
def change_password(sent: dict[str, Any]) -> dict[str, str]:
    """Every session ends; the answer opens another."""
    return {"session": operations.change_password(_id(), sent)}


@blp.route("/recovery-codes", methods=["POST"])
@IN_A_SESSION
@blp.arguments(CodeOnly)
@blp.response(201, schemas.RecoveryCodes)
@answers_with(blp, problem_types.NOT_FOUND, problem_types.TOO_MANY_TRIES)
def new_recovery_codes(sent: dict[str, str]) -> dict[str, list[str]]:
    """A new set of recovery codes; the old one is void."""
    return {"recovery_codes": operations.new_recovery_codes(_id(), sent["code"])}


@blp.route("/second-factor/proposals", methods=["POST"])
@IN_A_SESSION
@blp.arguments(CodeOnly)
@blp.response(200, schemas.Proposal)
@answers_with(blp, problem_types.NOT_FOUND, problem_types.TOO_MANY_TRIES)
def propose_second_factor(sent: dict[str, str]) -> Proposal:
    """A new secret, which a code of its own puts in force."""
    return operations.propose_second_factor(_id(), sent["code"])


@blp.route("/second-factor/proposals/check", methods=["POST"])
@IN_A_SESSION
@blp.arguments(schemas.SealedOnly)
@blp.response(200, schemas.MaybeProposal)
@answers_with(blp, problem_types.NOT_FOUND)
def proposed_again(sent: dict[str, str]) -> dict[str, Proposal | None]:
    """What was proposed, to show it again."""
    return {"proposal": operations.proposed_again(_id(), sent["proposal"])}


@blp.route("/second-factor", methods=["POST"])
@IN_A_SESSION
@blp.arguments(schemas.FactorRenewal)
@blp.response(200, schemas.NewSession)
@answers_with(blp, problem_types.NOT_FOUND, problem_types.TOO_MANY_TRIES)
def renew_second_factor(sent: dict[str, str]) -> dict[str, str]:
    """`code` is one of the proposed secret. Every session ends; the answer opens another."""
    return {"session": operations.renew_second_factor(_id(), sent["proposal"], sent["code"])}


@blp.route("/tokens", methods=["GET"])
@IN_A_SESSION
@blp.arguments(Paging, location="query")
@blp.response(200, TokenPage)
def list_tokens(page: dict[str, Any]) -> dict[str, Any]:
    """One's own tokens, those that ended among them."""
    items, next_cursor = staff_queries.token_page(_id(), page["cursor"], page["limit"])
    return {"items": items, "next_cursor": next_cursor}


@blp.route("/tokens", methods=["POST"])
@IN_A_SESSION
@blp.arguments(schemas.NewToken)
@blp.response(201, schemas.CreatedToken)
@answers_with(blp, problem_types.NOT_FOUND, problem_types.TOO_MANY_TRIES)
def create_token(sent: dict[str, Any]) -> dict[str, str]:
    """A token for a tool, within one's own scopes."""
    life = timedelta(days=sent["days"])
    token_id, token = create_own_token(_id(), name=sent["name"], scopes=sent["scopes"], life=life, code=sent["code"])
    return {"id": token_id, "token": token}


@blp.route("/tokens/<string:token_id>/revoke", methods=["POST"])
@IN_A_SESSION
@blp.response(204)
def revoke(token_id: str) -> None:
    """One's own token is refused some seconds later."""
    revoke_token(token_id, Actor("staff", _id()), owner_id=_id())


def _id() -> str:
    return access.caller().id
