"""The list of mails, and one mail: its text, and its HTML in a sandboxed frame."""

from __future__ import annotations

from pathlib import Path

from flask import Response, current_app
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.settings import GatewaySettings
from gateway.web.mails import blueprint, mail_folder
from gateway.web_security import content_security_policy
from services.chassis.errors import NotFound

SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'self'; "
    f"frame-ancestors 'self'; sandbox {SANDBOX}"
)
OPEN_LINKS_OUTSIDE_FRAME = '<base target="_top">'


@blueprint.get("/mails")
@access.public
def mails() -> ResponseReturnValue:
    return render_page("mails/templates/mails.html", mails=list(mail_folder.read_mails(_folder())))


@blueprint.get("/mails/<name>")
@access.public
def mail(name: str) -> ResponseReturnValue:
    response = render_page("mails/templates/mail.html", mail=_mail(name), sandbox=SANDBOX)
    response.headers["Content-Security-Policy"] = content_security_policy("frame-src 'self'")
    return response


@blueprint.get("/mails/<name>/html")
@access.public
def html_part(name: str) -> ResponseReturnValue:
    """The HTML part alone, in a sandbox: nothing in it runs, sends or loads."""
    html = _mail(name).html
    if html is None:
        raise NotFound()
    response = Response(_with_links_opening_outside_frame(html), content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Cache-Control"] = "no-store"
    return response


def _with_links_opening_outside_frame(html: str) -> str:
    before, head, after = html.partition("<head>")
    return f"{before}{head}{OPEN_LINKS_OUTSIDE_FRAME}{after}" if head else f"{OPEN_LINKS_OUTSIDE_FRAME}{html}"


def _mail(name: str) -> mail_folder.Mail:
    message = mail_folder.find_mail(_folder(), name)
    if message is None:
        raise NotFound()
    return message


def _folder() -> Path:
    settings: GatewaySettings = current_app.extensions["portail"]
    if settings.mails is None:
        raise NotFound()
    return settings.mails
