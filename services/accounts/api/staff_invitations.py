"""What the gateway asks on behalf of who opens the link of an invitation to « Espace de gestion »."""

from __future__ import annotations

from services.accounts.operations import invitation_completion
from services.chassis.web.operations import Views
from services.contracts.api import own_staff_account as api
from services.contracts.api.visitors import LinkState

views = Views("staff_invitations", __name__)


@views.serves(api.check_invitation)
def check_invitation(body: dict[str, str]) -> LinkState:
    return invitation_completion.shown(body["token"], body["proposal"])


@views.serves(api.complete_invitation)
def complete_invitation(body: dict[str, str]) -> api.SetUp:
    return invitation_completion.complete(body["token"], body)
