"""Confirming a new mail address, from the link received there (guide §4)."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from gateway import access, visitor
from gateway.pages import render_page
from gateway.service_clients import clients
from gateway.web.compte import blueprint, mailed_links
from services.chassis.errors import DomainError

BUTTONS: mailed_links.ButtonsByState = {
    "expired": (mailed_links.ACCOUNT,),
    "replaced": (mailed_links.ACCOUNT,),
    "ended": (mailed_links.ACCOUNT,),
    "used": (mailed_links.LOG_IN,),
    "unknown": (mailed_links.ACCOUNT,),
}


@blueprint.get("/compte/adresse/<token>")
@access.public
def address_change(token: str) -> ResponseReturnValue:
    return mailed_links.show_link(
        clients().accounts.email_change_state,
        token,
        BUTTONS,
        lambda state: render_page("compte/templates/adresse.html"),
    )


@blueprint.post("/compte/adresse/<token>")
@access.public
def confirm_address(token: str) -> ResponseReturnValue:
    """Accounts ends every session of the account, this browser's too."""
    accounts = clients().accounts
    try:
        unusable = mailed_links.use_link(accounts.email_change_state, accounts.confirm_email, token, BUTTONS)
    except DomainError as refusal:
        if refusal.http_status != 409:
            raise
        return render_page("compte/templates/adresse.html", status=409, refusal=refusal.detail)
    if unusable:
        return unusable
    response = redirect(url_for("compte.log_in_page", fait="adresse"), code=303)
    visitor.forget_session(response)
    return response
