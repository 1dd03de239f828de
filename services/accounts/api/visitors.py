"""What the gateway asks on behalf of people who are not logged in: creation, activation, reset, mailed links."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.accounts.api import schemas
from services.accounts.dependencies import dependencies
from services.accounts.domain import account_form
from services.accounts.domain.mail_link_rules import LINK_PROBLEMS, Purpose
from services.accounts.operations.account_creation import Created, create_account
from services.accounts.operations.activation import activate, resend_activation
from services.accounts.operations.email_confirmation import confirm_email
from services.accounts.operations.password_reset import ask_reset, complete_reset
from services.accounts.operations.pending_email import cancel_pending_email
from services.accounts.queries import mail_link_states
from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types

blp = Blueprint("visitors", __name__, url_prefix="/v1", description="Création de compte et liens reçus par mail")
GATEWAY = access.service("gateway")


@blp.route("/forms/account", methods=["GET"])
@GATEWAY
@blp.response(200, schemas.FormAnswer)
def empty_form() -> dict[str, Any]:
    """« Formulaire de création », nothing typed yet."""
    return account_form.creation({}, dependencies().profile)


@blp.route("/forms/account", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.Values)
@blp.response(200, schemas.FormAnswer)
def filled_form(sent: dict[str, Any]) -> dict[str, Any]:
    """The same for what was typed: the country decides which place of birth is asked. Checks and changes nothing."""
    return account_form.creation(sent["values"], dependencies().profile)


@blp.route("/forms/account/communes", methods=["GET"])
@GATEWAY
@blp.arguments(schemas.CommuneSearch, location="query")
@blp.response(200, schemas.Options)
def communes(query: dict[str, str]) -> dict[str, Any]:
    """Communes of a département for what was typed."""
    departement = query["departement"]
    return {
        "options": account_form.commune_options(departement, query["q"]),
        "advice": account_form.no_commune_reason(departement),
    }


@blp.route("/accounts", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.Creation)
@blp.response(202, schemas.Created)
@answers_with(blp, problem_types.TOO_MANY_TRIES)
def create(sent: dict[str, Any]) -> Created:
    """Create an account; the answer is the same for an address that is known."""
    return create_account(sent["values"], sent["source"])


@blp.route("/activations/resend", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.Resend)
@blp.response(202)
@answers_with(blp, problem_types.TOO_MANY_TRIES)
def resend(sent: dict[str, str]) -> None:
    """Mail the link of this `creation` again, else of the newest at this address."""
    resend_activation(sent["email"], sent["creation"])


@blp.route("/activations/check", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.TokenOnly)
@blp.response(200, schemas.CreationState)
def check_activation(sent: dict[str, str]) -> dict[str, Any]:
    return mail_link_states.creation_state(sent["token"])


@blp.route("/activations", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.TokenOnly)
@blp.response(200, schemas.EmailOnly)
@answers_with(blp, *LINK_PROBLEMS)
def activate_account(sent: dict[str, str]) -> dict[str, str]:
    return {"email": activate(sent["token"])}


@blp.route("/password-resets", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.EmailOnly)
@blp.response(202)
def reset(sent: dict[str, str]) -> None:
    """Mail a reset link; the answer is the same for an address that is unknown."""
    ask_reset(sent["email"])


@blp.route("/password-resets/check", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.TokenOnly)
@blp.response(200, schemas.LinkState)
def check_reset(sent: dict[str, str]) -> dict[str, str | None]:
    return mail_link_states.link_state(Purpose.RESET, sent["token"])


@blp.route("/password-resets/complete", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.NewPassword)
@blp.response(204)
@answers_with(blp, *LINK_PROBLEMS, problem_types.TOO_MANY_TRIES)
def complete(sent: dict[str, str]) -> None:
    complete_reset(sent["token"], sent)


@blp.route("/email-changes/check", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.TokenOnly)
@blp.response(200, schemas.LinkState)
def check_email_change(sent: dict[str, str]) -> dict[str, str | None]:
    return mail_link_states.link_state(Purpose.EMAIL_CHANGE, sent["token"])


@blp.route("/email-changes", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.TokenOnly)
@blp.response(200, schemas.EmailOnly)
@answers_with(blp, *LINK_PROBLEMS, problem_types.ADDRESS_TAKEN)
def confirm(sent: dict[str, str]) -> dict[str, str]:
    return {"email": confirm_email(sent["token"])}


@blp.route("/email-changes/cancellations/check", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.TokenOnly)
@blp.response(200, schemas.LinkState)
def check_cancellation(sent: dict[str, str]) -> dict[str, str | None]:
    return mail_link_states.link_state(Purpose.EMAIL_CANCELLATION, sent["token"])


@blp.route("/email-changes/cancellations", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.TokenOnly)
@blp.response(204)
@answers_with(blp, *LINK_PROBLEMS)
def cancel_email_change(sent: dict[str, str]) -> None:
    """« Annuler », by the link mailed to the old address when the new one was asked for."""
    cancel_pending_email(sent["token"])
