"""« /mails »: the mails that the one-machine mode wrote into a folder instead of sending them.
Never in production.

The list of mails, and one mail: its text, and its HTML in a sandboxed frame.
"""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from flask import Response, current_app
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.pages import render_page
from gateway.settings import GatewaySettings
from gateway.web_security import content_security_policy
from services.chassis.errors import found

blueprint = access.Pages("mails", __name__)

MAX_MAILS = 200
SANDBOX = "allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri "
    f"'self'; frame-ancestors 'self'; sandbox {SANDBOX}"
)
OPEN_LINKS_OUTSIDE_FRAME = '<base target="_top">'


@dataclass(frozen=True)
class Mail:
    """`name` is the file's, without its suffix; `date` is the header's, in portal time."""

    name: str
    to: str
    subject: str
    date: datetime | None
    text: str
    html: str | None


def read_mails(folder: Path) -> Iterator[Mail]:
    """Newest file first."""
    files = sorted(
        _files(folder), key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True
    )
    return (_read(file) for file in files[:MAX_MAILS])


def _files(folder: Path) -> list[Path]:
    return (
        [file for file in folder.glob("*.eml") if not file.name.startswith(".")]
        if folder.is_dir()
        else []
    )


def _read(file: Path) -> Mail:
    message = email.message_from_bytes(file.read_bytes(), policy=default)
    header = message["Date"]
    return Mail(
        name=file.stem,
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or "(sans objet)"),
        date=header.datetime if header is not None else None,
        text=_part(message, "plain") or "",
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else None


@blueprint.get("/mails", who=access.PUBLIC)
def mails() -> ResponseReturnValue:
    return render_page("mails/templates/mails.html", mails=list(read_mails(_folder())))


@blueprint.get("/mails/<name>", who=access.PUBLIC)
def mail(name: str) -> ResponseReturnValue:
    response = render_page("mails/templates/mail.html", mail=_mail(name), sandbox=SANDBOX)
    response.headers["Content-Security-Policy"] = content_security_policy("frame-src 'self'")
    return response


@blueprint.get("/mails/<name>/html", who=access.PUBLIC)
def html_part(name: str) -> ResponseReturnValue:
    """The HTML part alone, in a sandbox: nothing in it runs, sends or loads."""
    before, head, after = found(_mail(name).html).rpartition("<head>")
    headers = {
        "Content-Security-Policy": MAIL_POLICY,
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "no-store",
    }
    return Response(
        f"{before}{head}{OPEN_LINKS_OUTSIDE_FRAME}{after}", mimetype="text/html", headers=headers
    )


def _mail(name: str) -> Mail:
    """Names are compared with those of the folder's files, so no path leads out of it."""
    return found(next((_read(file) for file in _files(_folder()) if file.stem == name), None))


def _folder() -> Path:
    settings: GatewaySettings = current_app.extensions["portail"]
    return found(settings.mails)
