"""What administrateurs do about staff and their tools' tokens: list, invite, change, disable, enable, revoke."""

from typing import Any

from services.accounts.operations import second_factor, staff_accounts, staff_invitations, staff_tokens
from services.accounts.queries import staff
from services.chassis.web import access
from services.chassis.web.audit_trail import actor
from services.chassis.web.operations import Views
from services.contracts.api import team as api

views = Views("staff", __name__)
Sent = dict[str, Any]


@views.serves(api.list_members)
def list_members(query: Sent) -> api.Members:
    return staff.staff_page(**query)


@views.serves(api.list_tokens)
def list_tokens(query: Sent, staff_id: str) -> api.ToolTokens:
    return staff.token_page(staff_id, **query)


@views.serves(api.list_academies)
def list_academies() -> api.Academies:
    return staff.all_academies()


@views.serves(api.list_names)
def list_names(query: Sent) -> api.StaffNames:
    return staff.names(access.caller().academies, query["ids"])


@views.serves(api.read_member)
def read_member(staff_id: str) -> api.Member:
    return staff.member(staff_id)


@views.serves(api.invite)
def invite(body: Sent) -> api.CreatedMember:
    return api.CreatedMember(id=staff_invitations.invite(body, body["code"], actor()))


@views.serves(api.invite_again)
def invite_again(body: Sent, staff_id: str) -> None:
    staff_invitations.invite_again(staff_id, body["code"], actor())


@views.serves(api.reset_second_factor)
def reset_second_factor(body: Sent, staff_id: str) -> None:
    staff_invitations.reset_second_factor(staff_id, body["reason"], body["code"], actor())


@views.serves(api.disable)
def disable(body: Sent, staff_id: str) -> None:
    second_factor.confirm_code(access.caller().id, body["code"])
    staff_accounts.disable_staff(staff_id, body["reason"], actor())


@views.serves(api.enable)
def enable(body: Sent, staff_id: str) -> None:
    second_factor.confirm_code(access.caller().id, body["code"])
    staff_accounts.enable_staff(staff_id, body["reason"], actor())


@views.serves(api.change_profile)
def change_profile(body: Sent, staff_id: str) -> None:
    second_factor.confirm_code(access.caller().id, body["code"])
    staff_accounts.change_profile(staff_id, body["role"], body["academies"], body["reason"], actor())


@views.serves(api.revoke_token)
def revoke_token(body: Sent, token_id: str) -> None:
    staff_tokens.revoke_token(token_id, actor(), body["reason"])
