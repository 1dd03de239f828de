"""What a logged-in candidate does with their own account."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.accounts.api import schemas
from services.accounts.operations.account_change import change_account
from services.accounts.operations.account_deletion import delete_own_account
from services.accounts.queries import my_account
from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types

blp = Blueprint("me", __name__, url_prefix="/v1/me", description="Mon compte")


@blp.route("", methods=["GET"])
@access.candidate
@blp.response(200, schemas.MeAnswer)
@answers_with(blp, problem_types.NOT_FOUND)
def show() -> my_account.MyAccount:
    return my_account.my_account(access.caller().id)


@blp.route("/addresses", methods=["GET"])
@access.candidate
@blp.response(200, schemas.AddressesAnswer)
@answers_with(blp, problem_types.NOT_FOUND)
def addresses() -> my_account.MyAddresses:
    """The mail address in force, and the one that waits for its confirmation."""
    return my_account.my_addresses(access.caller().id)


@blp.route("/form", methods=["POST"])
@access.candidate
@blp.arguments(schemas.Values)
@blp.response(200, schemas.FormAnswer)
@answers_with(blp, problem_types.NOT_FOUND)
def form(sent: dict[str, Any]) -> dict[str, Any]:
    """The form for what was typed: the country decides which place of birth is asked. Checks and changes nothing."""
    return my_account.my_account(access.caller().id, sent["values"]).form


@blp.route("", methods=["PUT"])
@access.candidate
@blp.arguments(schemas.Values)
@blp.response(200, schemas.ChangeAnswer)
@answers_with(blp, problem_types.NOT_FOUND, problem_types.CANDIDATURE_EXISTS, problem_types.TOO_MANY_TRIES)
def change(sent: dict[str, Any]) -> dict[str, bool]:
    return {"email_change_pending": change_account(access.caller().id, sent["values"])}


@blp.route("/deletion", methods=["POST"])
@access.candidate
@blp.arguments(schemas.CurrentPassword)
@blp.response(204)
@answers_with(blp, problem_types.NOT_FOUND, problem_types.CANDIDATURE_EXISTS, problem_types.TOO_MANY_TRIES)
def delete(sent: dict[str, str]) -> None:
    delete_own_account(access.caller().id, sent["current_password"])


@blp.route("/identity", methods=["GET"])
@access.candidate
@blp.response(200, schemas.Assertion)
@answers_with(blp, problem_types.NOT_FOUND)
def identity() -> dict[str, str]:
    """The identity signed for registrations, good for a short time; never logged."""
    return {"assertion": my_account.my_signed_identity(access.caller().id)}
