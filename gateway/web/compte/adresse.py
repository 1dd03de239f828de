"""Confirming a new mail address, from the link received there."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from gateway import entrances, visitor
from gateway.pages import page
from gateway.services import services
from gateway.web.compte import blueprint, liens
from services.chassis.errors import DomainError

WAYS: dict[str, liens.Ways] = {
    "expired": (liens.ACCOUNT,),
    "replaced": (liens.ACCOUNT,),
    "ended": (liens.ACCOUNT,),
    "used": (liens.LOG_IN,),
    "unknown": (liens.ACCOUNT,),
}


@blueprint.get("/compte/adresse/<token>")
@entrances.everyone
def address_change(token: str) -> ResponseReturnValue:
    state = liens.looked_up(services().accounts.email_change_state, token)
    if not state.usable:
        return liens.not_usable(state, WAYS)
    return page("compte/templates/adresse.html")


@blueprint.post("/compte/adresse/<token>")
@entrances.everyone
def confirm_address(token: str) -> ResponseReturnValue:
    """Every session of the account ends with it, this browser's too."""
    state = liens.looked_up(services().accounts.email_change_state, token)
    if not state.usable:
        return liens.not_usable(state, WAYS)
    try:
        services().accounts.confirm_email(token)
    except DomainError as refusal:
        if refusal.http_status == 409:
            return page("compte/templates/adresse.html", status=409, refusal=refusal.detail)
        return liens.not_usable(liens.refused(refusal), WAYS)
    response = redirect(url_for("compte.log_in_page", fait="adresse"), code=303)
    visitor.forget(response)
    return response
