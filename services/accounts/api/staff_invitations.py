"""What the gateway asks on behalf of who opens the link of an invitation to « Espace de gestion »."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.accounts.api import own_staff_schemas as schemas
from services.accounts.domain.mail_link_rules import LINK_PROBLEMS
from services.accounts.operations import invitation_completion
from services.chassis.web import access
from services.chassis.web.problems import answers_with

blp = Blueprint("staff_invitations", __name__, url_prefix="/v1/staff-invitations", description="Invitations reçues")
GATEWAY = access.service("gateway")


@blp.route("/check", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.InvitationToken)
@blp.response(200, schemas.InvitationState)
def check(sent: dict[str, str]) -> dict[str, Any]:
    """The state of the link; of a usable one whose it is, and a second factor to set up. Changes nothing."""
    return invitation_completion.shown(sent["token"], sent["proposal"])


@blp.route("", methods=["POST"])
@GATEWAY
@blp.arguments(schemas.InvitationAnswer)
@blp.response(200, schemas.SetUp)
@answers_with(blp, *LINK_PROBLEMS)
def complete(sent: dict[str, Any]) -> invitation_completion.SetUp:
    """Choose the password and the second factor; the link is used."""
    return invitation_completion.complete(sent["token"], sent)
