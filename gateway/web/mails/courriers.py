"""The list of mails, and one of them: its text, and its HTML kept apart from the portal's pages."""

from __future__ import annotations

from pathlib import Path

from flask import Response, current_app
from flask.typing import ResponseReturnValue

from gateway import entrances
from gateway.pages import page
from gateway.protection import POLICY
from gateway.settings import GatewaySettings
from gateway.web.mails import blueprint, boite
from services.chassis.errors import NotFound

SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'self'; "
    f"frame-ancestors 'self'; sandbox {SANDBOX}"
)
LINKS_LEAVE_THE_FRAME = '<base target="_top">'


@blueprint.get("/mails")
@entrances.everyone
def mails() -> ResponseReturnValue:
    return page("mails/templates/mails.html", mails=list(boite.mails(_folder())))


@blueprint.get("/mails/<name>")
@entrances.everyone
def mail(name: str) -> ResponseReturnValue:
    response = page("mails/templates/mail.html", mail=_mail(name), sandbox=SANDBOX)
    response.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return response


@blueprint.get("/mails/<name>/html")
@entrances.everyone
def html_part(name: str) -> ResponseReturnValue:
    """The HTML part alone, in a sandbox: nothing in it runs, sends or loads."""
    html = _mail(name).html
    if html is None:
        raise NotFound()
    response = Response(_with_links_that_leave(html), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Cache-Control"] = "no-store"
    return response


def _with_links_that_leave(html: str) -> str:
    before, head, after = html.partition("<head>")
    return f"{before}{head}{LINKS_LEAVE_THE_FRAME}{after}" if head else f"{LINKS_LEAVE_THE_FRAME}{html}"


def _mail(name: str) -> boite.Mail:
    found = boite.mail(_folder(), name)
    if found is None:
        raise NotFound()
    return found


def _folder() -> Path:
    settings: GatewaySettings = current_app.extensions["portail"]
    if settings.mails is None:
        raise NotFound()
    return settings.mails
