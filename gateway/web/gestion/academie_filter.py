"""The choice of an académie in lists and exports, for who sees all of them."""

from __future__ import annotations

from gateway import staff_member
from gateway.clients.page_time_limit import optional_calls
from gateway.service_clients import clients
from services.chassis.errors import DomainError
from services.contracts.api.team import list_academies


def academie_options() -> list[dict[str, str]]:
    """Empty for who is limited to some académies, and sees no others, and while accounts does not answer."""
    if staff_member.required().academies is not None:
        return []
    try:
        with optional_calls():
            academies = clients().staff_accounts.call(list_academies, staff_member.access_token()).academies
    except DomainError:
        return []
    return [{"value": academie.value, "label": academie.label} for academie in academies]
