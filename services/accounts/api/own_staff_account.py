"""What a member of staff does with their own account, in a browser's session alone: no tool's token
comes in here. What the gateway asks on behalf of who opens the link of an invitation."""

from services.accounts.operations import own_staff_account as operations
from services.accounts.operations import passkeys, staff_invitations, staff_tokens
from services.accounts.queries import staff
from services.chassis.web.access import caller_id
from services.chassis.web.audit_trail import actor
from services.chassis.web.operations import Views
from services.contracts.api import own_staff_account as api
from services.contracts.api import passkeys as passkeys_api
from services.contracts.api.staff_lists import ListPage
from services.contracts.api.team import CodeOnly, ToolTokens

views = Views("own_staff_account", __name__)


@views.serves(api.read_account)
def read_account() -> api.OwnAccount:
    return staff.own_account(caller_id())


@views.serves(api.change_password)
def change_password(body: api.NewStaffPassword) -> api.NewSession:
    return operations.change_password(caller_id(), body)


@views.serves(api.renew_recovery_codes)
def renew_recovery_codes(body: CodeOnly) -> api.RecoveryCodes:
    return operations.new_recovery_codes(caller_id(), body.code)


@views.serves(api.propose_second_factor)
def propose_second_factor(body: CodeOnly) -> api.ProposedFactor:
    return operations.propose_second_factor(caller_id(), body.code)


@views.serves(api.check_proposal)
def check_proposal(body: api.SealedOnly) -> api.MaybeProposedFactor:
    return operations.proposed_again(caller_id(), body.proposal)


@views.serves(api.renew_second_factor)
def renew_second_factor(body: api.FactorRenewal) -> api.NewSession:
    return operations.renew_second_factor(caller_id(), body.proposal, body.code)


@views.serves(api.list_tokens)
def list_tokens(query: ListPage) -> ToolTokens:
    return staff.token_page(caller_id(), query.cursor or "", query.limit)


@views.serves(api.create_token)
def create_token(body: api.NewToken) -> api.CreatedToken:
    return staff_tokens.create_own_token(caller_id(), body)


@views.serves(api.revoke_token)
def revoke_token(token_id: str) -> None:
    staff_tokens.revoke_token(token_id, actor(), owner_id=caller_id())


@views.serves(api.save_filters)
def save_filters(body: api.SavedFilters) -> None:
    operations.save_filters(caller_id(), body.name, body.query)


@views.serves(passkeys_api.add_passkey)
def add_passkey(body: passkeys_api.NewPasskey) -> None:
    operations.add_passkey(caller_id(), body.name, body.passkey, body.code)


@views.serves(passkeys_api.remove_passkey)
def remove_passkey(passkey_id: str) -> None:
    operations.remove_passkey(caller_id(), passkey_id)


@views.serves(passkeys_api.prepare_passkey)
def prepare_passkey(body: passkeys_api.PasskeyPurpose) -> passkeys_api.Options:
    return passkeys.prepared(body.purpose, body.session)


@views.serves(api.check_invitation)
def check_invitation(body: api.InvitationToken) -> api.InvitationLink:
    return staff_invitations.shown(body.token, body.proposal)


@views.serves(api.complete_invitation)
def complete_invitation(body: api.InvitationAnswer) -> api.SetUp:
    return staff_invitations.complete(body)
