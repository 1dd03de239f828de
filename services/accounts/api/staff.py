"""What administrateurs do about staff accounts and their tools' tokens: list, disable, enable, revoke."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.accounts.api import staff_schemas as schemas
from services.accounts.domain.staff import STAFF_MANAGE
from services.accounts.operations.staff_disabling import disable_staff, enable_staff
from services.accounts.operations.staff_tokens import revoke_token
from services.accounts.queries import staff as staff_queries
from services.chassis.database.audit import Actor
from services.chassis.web import access

blp = Blueprint("staff", __name__, url_prefix="/v1/staff", description="Comptes de gestion et jetons de leurs outils")
ADMINISTRATOR = access.staff(STAFF_MANAGE)


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


@blp.route("/<string:staff_id>/disable", methods=["POST"])
@ADMINISTRATOR
@blp.arguments(schemas.Reason)
@blp.response(204)
def disable(sent: dict[str, str], staff_id: str) -> None:
    """Disable an account: no log-in, sessions and tokens end. 409 for oneself and for the last administrateur."""
    disable_staff(staff_id, sent["reason"], _actor())


@blp.route("/<string:staff_id>/enable", methods=["POST"])
@ADMINISTRATOR
@blp.arguments(schemas.Reason)
@blp.response(204)
def enable(sent: dict[str, str], staff_id: str) -> None:
    """Enable an account again: it logs in as before; its tokens stay ended."""
    enable_staff(staff_id, sent["reason"], _actor())


@blp.route("/tokens/<string:token_id>/revoke", methods=["POST"])
@ADMINISTRATOR
@blp.arguments(schemas.Reason)
@blp.response(204)
def revoke(sent: dict[str, str], token_id: str) -> None:
    """The token is refused within 5 s."""
    revoke_token(token_id, _actor(), sent["reason"])


def _actor() -> Actor:
    return Actor("staff", access.caller().id)
