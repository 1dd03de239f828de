"""« Annuler » a change of mail address, from the link received at the old one."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances
from gateway.pages import page
from gateway.services import services
from gateway.web.compte import blueprint, liens
from services.chassis.errors import DomainError

WAYS: dict[str, liens.Ways] = {
    "expired": (liens.NEW_PASSWORD, liens.LOG_IN),
    "replaced": (liens.NEW_PASSWORD, liens.LOG_IN),
    "ended": (liens.NEW_PASSWORD, liens.LOG_IN),
    "used": (liens.NEW_PASSWORD, liens.LOG_IN),
    "unknown": (liens.ACCOUNT,),
}


@blueprint.get("/compte/annulation/<token>")
@entrances.everyone
def cancellation(token: str) -> ResponseReturnValue:
    state = liens.looked_up(services().accounts.cancellation_state, token)
    if not state.usable:
        return liens.not_usable(state, WAYS)
    return page("compte/templates/annulation.html")


@blueprint.post("/compte/annulation/<token>")
@entrances.everyone
def cancel_address_change(token: str) -> ResponseReturnValue:
    """Whoever did not ask for the change is led on to a new password: another knows the one there is."""
    state = liens.looked_up(services().accounts.cancellation_state, token)
    if not state.usable:
        return liens.not_usable(state, WAYS)
    try:
        services().accounts.cancel_email_change(token)
    except DomainError as refusal:
        return liens.not_usable(liens.refused(refusal), WAYS)
    return redirect(url_for("compte.forgotten", fait="annulation"), code=303)
