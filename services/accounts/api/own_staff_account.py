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

views = Views("own_staff_account", __name__)
views.calls(api.read_account, staff.own_account, staff_id=caller_id)
views.calls(api.change_password, operations.change_password, staff_id=caller_id)
views.calls(api.renew_recovery_codes, operations.new_recovery_codes, staff_id=caller_id)
views.calls(api.propose_second_factor, operations.propose_second_factor, staff_id=caller_id)
views.calls(api.check_proposal, operations.proposed_again, staff_id=caller_id)
views.calls(api.renew_second_factor, operations.renew_second_factor, staff_id=caller_id)
views.calls(api.list_tokens, staff.token_page, staff_id=caller_id)
views.calls(api.create_token, staff_tokens.create_own_token, staff_id=caller_id)
views.calls(api.revoke_token, staff_tokens.revoke_token, owner_id=caller_id, actor=actor)
views.calls(api.save_filters, operations.save_filters, staff_id=caller_id)
views.calls(passkeys_api.add_passkey, operations.add_passkey, staff_id=caller_id)
views.calls(passkeys_api.remove_passkey, operations.remove_passkey, staff_id=caller_id)
views.calls(passkeys_api.prepare_passkey, passkeys.prepared)
views.calls(api.check_invitation, staff_invitations.shown)
views.calls(api.complete_invitation, staff_invitations.complete)
