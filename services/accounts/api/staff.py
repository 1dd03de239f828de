"""What administrateurs do about staff and their tools' tokens: list, invite, change, disable,
enable, revoke."""

from services.accounts.operations import (
    second_factor,
    staff_accounts,
    staff_invitations,
    staff_tokens,
)
from services.accounts.queries import staff
from services.chassis.web import access
from services.chassis.web.audit_trail import actor
from services.chassis.web.operations import Views
from services.contracts.api import team as api
from services.contracts.api.staff_lists import ListPage

views = Views("staff", __name__)


@views.serves(api.list_members)
def list_members(query: ListPage) -> api.Members:
    return staff.staff_page(query.cursor or "", query.limit)


@views.serves(api.list_tokens)
def list_tokens(staff_id: str, query: ListPage) -> api.ToolTokens:
    return staff.token_page(staff_id, query.cursor or "", query.limit)


@views.serves(api.list_academies)
def list_academies() -> api.Academies:
    return staff.all_academies()


@views.serves(api.list_names)
def list_names(query: api.NamesQuery) -> api.StaffNames:
    return staff.names(access.caller_academies(), query.ids)


@views.serves(api.read_member)
def read_member(staff_id: str) -> api.Member:
    return staff.member(staff_id)


@views.serves(api.invite)
def invite(body: api.Invitation) -> api.CreatedMember:
    return staff_invitations.invite(body, actor())


@views.serves(api.invite_again)
def invite_again(staff_id: str, body: api.CodeOnly) -> None:
    staff_invitations.invite_again(staff_id, body.code, actor())


@views.serves(api.reset_second_factor)
def reset_second_factor(staff_id: str, body: api.ReasonWithCode) -> None:
    staff_invitations.reset_second_factor(staff_id, body.reason, body.code, actor())


@views.serves(api.disable)
def disable(staff_id: str, body: api.ReasonWithCode) -> None:
    second_factor.confirm_code(access.caller_id(), body.code)
    staff_accounts.disable_staff(staff_id, body.reason, actor())


@views.serves(api.enable)
def enable(staff_id: str, body: api.ReasonWithCode) -> None:
    second_factor.confirm_code(access.caller_id(), body.code)
    staff_accounts.enable_staff(staff_id, body.reason, actor())


@views.serves(api.change_profile)
def change_profile(staff_id: str, body: api.Profile) -> None:
    second_factor.confirm_code(access.caller_id(), body.code)
    staff_accounts.change_profile(staff_id, body.role, body.academies, body.reason, actor())


@views.serves(api.revoke_token)
def revoke_token(token_id: str, body: api.Reason) -> None:
    staff_tokens.revoke_token(token_id, actor(), body.reason)
