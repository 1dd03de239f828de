"""« Activer mon compte », from the link of the mail (guide §3)."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.service_clients import clients
from gateway.web.compte import blueprint, mailed_links

BUTTONS: mailed_links.ButtonsByState = {
    "expired": (mailed_links.CREATE, mailed_links.LOG_IN),
    "replaced": (mailed_links.RESEND, mailed_links.LOG_IN),
    "ended": (mailed_links.LOG_IN, mailed_links.NEW_PASSWORD),
    "used": (mailed_links.LOG_IN,),
    "unknown": (mailed_links.RESEND, mailed_links.CREATE),
}


@blueprint.get("/compte/activation/<token>")
@access.public
def activation(token: str) -> ResponseReturnValue:
    return mailed_links.show_link(
        clients().accounts.activation_state,
        token,
        BUTTONS,
        lambda state: render_page("compte/templates/activation.html", requested=state.asked),
    )


@blueprint.post("/compte/activation/<token>")
@access.public
def activate(token: str) -> ResponseReturnValue:
    accounts = clients().accounts
    unusable = mailed_links.use_link(accounts.activation_state, accounts.activate, token, BUTTONS)
    return unusable or redirect(url_for("compte.log_in_page", fait="activation"), code=303)
