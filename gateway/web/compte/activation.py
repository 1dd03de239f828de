"""« Activer mon compte », from the link of the mail (guide §3)."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.web.compte import blueprint, mailed_links
from services.contracts.api import visitors as api

LINKS = mailed_links.MailedLinks(
    api.check_activation,
    {
        "expired": (mailed_links.CREATE, mailed_links.LOG_IN),
        "replaced": (mailed_links.RESEND, mailed_links.LOG_IN),
        "ended": (mailed_links.LOG_IN, mailed_links.NEW_PASSWORD),
        "used": (mailed_links.LOG_IN,),
        "unknown": (mailed_links.RESEND, mailed_links.CREATE),
    },
)


@blueprint.get("/compte/activation/<token>")
@access.public
def activation(token: str) -> ResponseReturnValue:
    return LINKS.show(token, lambda link: render_page("compte/templates/activation.html", requested=link.asked))


@blueprint.post("/compte/activation/<token>")
@access.public
def activate(token: str) -> ResponseReturnValue:
    unusable = LINKS.use(token, lambda: LINKS.call(api.activate_account, token))
    return unusable or redirect(url_for("compte.log_in_page", fait="activation"), code=303)
