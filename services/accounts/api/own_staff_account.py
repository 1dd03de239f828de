"""What a member of staff does with their own account, in a browser's session alone: no tool's token comes in here.
What the gateway asks on behalf of who opens the link of an invitation."""

from datetime import timedelta
from typing import Any

from services.accounts.operations import own_staff_account as operations
from services.accounts.operations import passkeys, staff_invitations, staff_tokens
from services.accounts.queries import staff
from services.chassis.database.audit import Actor
from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.account_rules import default_token_days
from services.contracts.api import own_staff_account as api
from services.contracts.api import passkeys as passkeys_api
from services.contracts.api.team import ToolTokens
from services.contracts.api.visitors import LinkState

views = Views("own_staff_account", __name__)
Sent = dict[str, Any]


@views.serves(api.read_account)
def read_account() -> api.OwnAccount:
    return staff.own_account(_id())


@views.serves(api.change_password)
def change_password(body: Sent) -> api.NewSession:
    return api.NewSession(session=operations.change_password(_id(), body))


@views.serves(api.renew_recovery_codes)
def renew_recovery_codes(body: Sent) -> api.RecoveryCodes:
    return api.RecoveryCodes(recovery_codes=tuple(operations.new_recovery_codes(_id(), body["code"])))


@views.serves(api.propose_second_factor)
def propose_second_factor(body: Sent) -> api.ProposedFactor:
    return operations.propose_second_factor(_id(), body["code"])


@views.serves(api.check_proposal)
def check_proposal(body: Sent) -> api.MaybeProposedFactor:
    return api.MaybeProposedFactor(proposal=operations.proposed_again(_id(), body["proposal"]))


@views.serves(api.renew_second_factor)
def renew_second_factor(body: Sent) -> api.NewSession:
    return api.NewSession(session=operations.renew_second_factor(_id(), body["proposal"], body["code"]))


@views.serves(api.list_tokens)
def list_tokens(query: Sent) -> ToolTokens:
    return staff.token_page(_id(), **query)


@views.serves(api.create_token)
def create_token(body: Sent) -> api.CreatedToken:
    life = timedelta(days=body["days"] or default_token_days(body["scopes"]))
    token_id, token = staff_tokens.create_own_token(
        _id(), name=body["name"], scopes=body["scopes"], life=life, code=body["code"]
    )
    return api.CreatedToken(id=token_id, token=token)


@views.serves(api.revoke_token)
def revoke_token(token_id: str) -> None:
    staff_tokens.revoke_token(token_id, Actor("staff", _id()), owner_id=_id())


@views.serves(api.save_filters)
def save_filters(body: Sent) -> None:
    operations.save_filters(_id(), **body)


@views.serves(passkeys_api.prepare_passkey)
def prepare_passkey(body: dict[str, str]) -> passkeys_api.Options:
    return passkeys_api.Options(options=passkeys.options(body["purpose"], body["session"]))


@views.serves(passkeys_api.add_passkey)
def add_passkey(body: Sent) -> None:
    operations.add_passkey(_id(), **body)


@views.serves(passkeys_api.remove_passkey)
def remove_passkey(passkey_id: str) -> None:
    operations.remove_passkey(_id(), passkey_id)


def _id() -> str:
    return access.caller().id


@views.serves(api.check_invitation)
def check_invitation(body: dict[str, str]) -> LinkState:
    return staff_invitations.shown(body["token"], body["proposal"])


@views.serves(api.complete_invitation)
def complete_invitation(body: dict[str, str]) -> api.SetUp:
    return staff_invitations.complete(body["token"], body)
