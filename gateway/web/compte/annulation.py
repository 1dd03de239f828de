"""« Annuler » a change of mail address, from the link received at the old one (guide §4)."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.web.compte import blueprint, mailed_links
from services.contracts.api import visitors as api

LINKS = mailed_links.MailedLinks(
    api.check_cancellation,
    {
        "expired": (mailed_links.NEW_PASSWORD, mailed_links.LOG_IN),
        "replaced": (mailed_links.NEW_PASSWORD, mailed_links.LOG_IN),
        "ended": (mailed_links.NEW_PASSWORD, mailed_links.LOG_IN),
        "used": (mailed_links.NEW_PASSWORD, mailed_links.LOG_IN),
        "unknown": (mailed_links.ACCOUNT,),
    },
)


@blueprint.get("/compte/annulation/<token>")
@access.public
def cancellation(token: str) -> ResponseReturnValue:
    return LINKS.show(token, lambda link: render_page("compte/templates/annulation.html"))


@blueprint.post("/compte/annulation/<token>")
@access.public
def cancel_address_change(token: str) -> ResponseReturnValue:
    """Then ask for a new password: another person who requested the change knows the old one."""
    unusable = LINKS.use(token, lambda: LINKS.call(api.cancel_email_change, token))
    return unusable or redirect(url_for("compte.forgotten", fait="annulation"), code=303)
