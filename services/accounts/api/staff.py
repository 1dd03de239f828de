"""What administrateurs do about staff and their tools' tokens: list, invite, change, disable,
enable, revoke."""

from collections.abc import Callable
from typing import Any

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

views = Views("staff", __name__)


def _with_code(act: Callable[..., None]) -> Callable[..., None]:
    """The act, for which a fresh code is used first."""

    def confirmed(*, code: str, **given: Any) -> None:
        second_factor.confirm_code(access.caller_id(), code)
        act(**given)

    return confirmed


views.calls(api.list_members, staff.staff_page)
views.calls(api.list_tokens, staff.token_page)
views.calls(api.list_academies, staff.all_academies)
views.calls(api.list_names, staff.names, academies=access.caller_academies)
views.calls(api.read_member, staff.member)
views.calls(api.invite, staff_invitations.invite, actor=actor)
views.calls(api.invite_again, staff_invitations.invite_again, actor=actor)
views.calls(api.reset_second_factor, staff_invitations.reset_second_factor, actor=actor)
views.calls(api.disable, _with_code(staff_accounts.disable_staff), actor=actor)
views.calls(api.enable, _with_code(staff_accounts.enable_staff), actor=actor)
views.calls(api.change_profile, _with_code(staff_accounts.change_profile), actor=actor)
views.calls(api.revoke_token, staff_tokens.revoke_token, actor=actor)
