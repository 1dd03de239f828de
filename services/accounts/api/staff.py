"""What administrateurs do about staff accounts and their tools' tokens: list, invite, disable, enable, revoke."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.accounts.api import staff_schemas as schemas
from services.accounts.domain.staff import PIECES_READ, SESSION_ONLY, STAFF_MANAGE
from services.accounts.operations import staff_invitations, step_up
from services.accounts.operations.staff_disabling import disable_staff, enable_staff
from services.accounts.operations.staff_tokens import revoke_token
from services.accounts.queries import staff as staff_queries
from services.chassis.database.audit import Actor
from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types

blp = Blueprint("staff", __name__, url_prefix="/v1/staff", description="Comptes de gestion et jetons de leurs outils")
ADMINISTRATOR = access.staff(STAFF_MANAGE)
ADMINISTRATORS_SESSION = access.staff(STAFF_MANAGE, SESSION_ONLY)
"""In a browser, with a code of the second factor: no tool's token does what gives or takes access."""


@blp.route("", methods=["GET"])
@ADMINISTRATOR
@blp.arguments(schemas.Paging, location="query")
@blp.response(200, schemas.StaffPage)
def list_staff(page: dict[str, Any]) -> dict[str, Any]:
    """Everybody, disabled or not, in pages: follow `next_cursor` until it is null."""
    items, next_cursor = staff_queries.staff_page(page["cursor"], page["limit"])
    return {"items": items, "next_cursor": next_cursor}


@blp.route("/<string:staff_id>/tokens", methods=["GET"])
@ADMINISTRATOR
@blp.arguments(schemas.Paging, location="query")
@blp.response(200, schemas.TokenPage)
def list_tokens(page: dict[str, Any], staff_id: str) -> dict[str, Any]:
    """Somebody's tokens, those that ended among them."""
    items, next_cursor = staff_queries.token_page(staff_id, page["cursor"], page["limit"])
    return {"items": items, "next_cursor": next_cursor}


@blp.route("/academies", methods=["GET"])
@ADMINISTRATOR
@blp.response(200, schemas.Academies)
def academies() -> dict[str, Any]:
    """The académies that a gestionnaire may be limited to."""
    return {"academies": staff_queries.academie_options()}


@blp.route("/names", methods=["GET"])
@access.staff(PIECES_READ)
@blp.arguments(schemas.NamesQuery, location="query")
@blp.response(200, schemas.StaffNames)
def list_names(query: dict[str, Any]) -> dict[str, Any]:
    """Who may control the same pieces: names of those who share an académie with the caller; others are missing."""
    return {"items": staff_queries.names(access.caller().academies, query["ids"])}


@blp.route("/<string:staff_id>", methods=["GET"])
@ADMINISTRATOR
@blp.response(200, schemas.Member)
def show_member(staff_id: str) -> dict[str, Any]:
    return staff_queries.member(staff_id)


@blp.route("", methods=["POST"])
@ADMINISTRATORS_SESSION
@blp.arguments(schemas.Invitation)
@blp.response(201, schemas.CreatedMember)
@answers_with(blp, problem_types.ADDRESS_TAKEN, problem_types.REACTIVATION_REQUIRED, problem_types.TOO_MANY_TRIES)
def invite(sent: dict[str, Any]) -> dict[str, str]:
    """Invite somebody by mail: they choose a password and a second factor by the link."""
    return {"id": staff_invitations.invite(sent, sent["code"], _actor())}


@blp.route("/<string:staff_id>/invitation", methods=["POST"])
@ADMINISTRATORS_SESSION
@blp.arguments(schemas.CodeOnly)
@blp.response(204)
@answers_with(blp, problem_types.CONFLICT, problem_types.REACTIVATION_REQUIRED, problem_types.TOO_MANY_TRIES)
def invite_again(sent: dict[str, str], staff_id: str) -> None:
    """Mail a new link; the older one is refused from now on. 409 for an account that is set up or disabled."""
    staff_invitations.invite_again(staff_id, sent["code"], _actor())


@blp.route("/<string:staff_id>/second-factor-reset", methods=["POST"])
@ADMINISTRATORS_SESSION
@blp.arguments(schemas.ReasonWithCode)
@blp.response(204)
@answers_with(
    blp,
    problem_types.OWN_ACCOUNT,
    problem_types.CONFLICT,
    problem_types.REACTIVATION_REQUIRED,
    problem_types.TOO_MANY_TRIES,
)
def reset_second_factor(sent: dict[str, str], staff_id: str) -> None:
    """Who lost theirs is mailed a link to set up another; password, sessions and tokens end. 409 for oneself."""
    staff_invitations.reset_second_factor(staff_id, sent["reason"], sent["code"], _actor())


@blp.route("/<string:staff_id>/disable", methods=["POST"])
@ADMINISTRATORS_SESSION
@blp.arguments(schemas.ReasonWithCode)
@blp.response(204)
@answers_with(blp, problem_types.OWN_ACCOUNT, problem_types.LAST_ADMINISTRATOR, problem_types.TOO_MANY_TRIES)
def disable(sent: dict[str, str], staff_id: str) -> None:
    """Disable an account: no log-in, sessions and tokens end. 409 for oneself and for the last administrateur."""
    step_up.confirm(access.caller().id, sent["code"])
    disable_staff(staff_id, sent["reason"], _actor())


@blp.route("/<string:staff_id>/enable", methods=["POST"])
@ADMINISTRATORS_SESSION
@blp.arguments(schemas.ReasonWithCode)
@blp.response(204)
@answers_with(blp, problem_types.CONFLICT, problem_types.TOO_MANY_TRIES)
def enable(sent: dict[str, str], staff_id: str) -> None:
    """Enable an account again: it logs in as before; its tokens stay ended."""
    step_up.confirm(access.caller().id, sent["code"])
    enable_staff(staff_id, sent["reason"], _actor())


@blp.route("/tokens/<string:token_id>/revoke", methods=["POST"])
@ADMINISTRATOR
@blp.arguments(schemas.Reason)
@blp.response(204)
def revoke(sent: dict[str, str], token_id: str) -> None:
    """The token is refused some seconds later."""
    revoke_token(token_id, _actor(), sent["reason"])


def _actor() -> Actor:
    return Actor("staff", access.caller().id)
