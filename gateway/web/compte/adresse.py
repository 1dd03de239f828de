"""Confirming a new mail address, from the link received there (guide §4)."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from gateway import access, visitor
from gateway.pages import render_page
from gateway.web.compte import blueprint, mailed_links
from services.chassis.errors import DomainError
from services.contracts.api import visitors as api

LINKS = mailed_links.MailedLinks(
    api.check_email_change,
    {
        "expired": (mailed_links.ACCOUNT,),
        "replaced": (mailed_links.ACCOUNT,),
        "ended": (mailed_links.ACCOUNT,),
        "used": (mailed_links.LOG_IN,),
        "unknown": (mailed_links.ACCOUNT,),
    },
)


@blueprint.get("/compte/adresse/<token>")
@access.public
def address_change(token: str) -> ResponseReturnValue:
    return LINKS.show(token, lambda link: render_page("compte/templates/adresse.html"))


@blueprint.post("/compte/adresse/<token>")
@access.public
def confirm_address(token: str) -> ResponseReturnValue:
    """Accounts ends every session of the account, this browser's too."""
    try:
        unusable = LINKS.use(token, lambda: LINKS.call(api.confirm_email, token))
    except DomainError as refusal:
        if refusal.http_status != 409:
            raise
        return render_page("compte/templates/adresse.html", status=409, refusal=refusal.detail)
    if unusable:
        return unusable
    response = redirect(url_for("compte.log_in_page", fait="adresse"), code=303)
    visitor.forget_session(response)
    return response
