"""Sends mails over SMTP, or writes them as .eml files in the one-machine mode.

A server's answer has one of three meanings: no mail can be sent now (MailUnavailable), this one
cannot now (MailDeferred), this one never can (MailRefused). Where a password is set or the server
offers TLS, mails and password are given to a server with a verified certificate only.
"""

from __future__ import annotations

import contextlib
import os
import smtplib
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog
from prometheus_client import Counter

from services.chassis.tasks.registry import Channel, ChannelUnavailable
from services.mail.settings import MailSettings, tls_context

STEP_SECONDS = 20.0  # to connect, and for each answer

log = structlog.get_logger()

MAILS = Channel("mails", 120.0)
MASS_MAILS = Channel(
    "mass-mails", MAILS.seconds
)  # to thousands at a time: that of one's own act does not wait behind
MAILER = "portail.mailer"  # the key of an application's Mailer in its extensions
HANG_UP_PAUSE_SECONDS = (
    30.0  # of a mail at which the server hung up, so that others are tried first
)
ANSWERS = Counter("mails_total", "Mails by what the mail server made of them", ("answer",))
for _answer in ("taken", "deferred", "refused", "unavailable"):  # shown from the start, as 0
    ANSWERS.labels(_answer)


class MailUnavailable(ChannelUnavailable):
    """The server takes no mail now, or not safely: it is away, or set up otherwise than MAIL_URL
    says."""

    answer = "unavailable"


class MailDeferred(Exception):
    """The server does not take this mail now, or it is unknown whether it did: it is to be sent
    again later."""

    answer = "deferred"


class MailRefused(Exception):
    """The server will never take this mail, by its answer `code` (5xx)."""

    answer = "refused"

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True)
class Mail:
    """`message_id`: an event's id, so that a mail sent again after a crash is recognised as the
    same one."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    date: datetime


class Mailer:
    """Sends mails by `url`: `smtp://[user:password@]host:port` (`smtps://` for TLS from the start)
    or `file:///folder`. `ca`: PEM."""

    def __init__(self, url: str, sender: str, ca: str = "") -> None:
        self._parts = urlsplit(url)
        self._sender = sender
        self._context = tls_context(ca)

    @classmethod
    def of_settings(cls, settings: MailSettings) -> Mailer:
        """Return the mailer of a service."""
        return cls(settings.mail_url, settings.mail_sender, settings.mail_ca)

    def send(self, mail: Mail) -> None:
        """Give a mail to the server. Raises MailUnavailable, MailDeferred or MailRefused, and
        ValueError for a hostile header."""
        message = self._message(mail)
        if self._parts.scheme == "file":
            self._write(message, mail.message_id)
            return
        try:
            with self._connect() as server:
                _send_message(server, message)
        except (MailUnavailable, MailDeferred, MailRefused) as error:
            ANSWERS.labels(error.answer).inc()
            raise
        ANSWERS.labels("taken").inc()

    def _message(self, mail: Mail) -> EmailMessage:
        domain = self._sender.rpartition("@")[2].rstrip(">")
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = _parse_address(mail.to)
        message["Subject"] = mail.subject  # the policy refuses line breaks
        message["Date"] = format_datetime(mail.date)
        message["Message-ID"] = f"<{mail.message_id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["Content-Language"] = "fr"
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message

    def _write(self, message: EmailMessage, name: str) -> None:
        """One .eml file per name: a mail that is sent again replaces its file."""
        folder = Path(unquote(self._parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(message.as_bytes())
        Path(temporary).replace(folder / f"{name}.eml")

    @contextlib.contextmanager
    def _connect(self) -> Iterator[smtplib.SMTP]:
        """A connection, logged in and over TLS where that is asked for. Raises MailUnavailable."""
        # 0: the ordinary one
        host = self._parts.hostname or ""
        port = self._parts.port or 0
        with contextlib.ExitStack() as stack:
            try:
                if self._parts.scheme == "smtps":
                    server: smtplib.SMTP = smtplib.SMTP_SSL(
                        host, port, timeout=STEP_SECONDS, context=self._context
                    )
                else:
                    server = smtplib.SMTP(host, port, timeout=STEP_SECONDS)
                stack.callback(_quit, server)
                server.ehlo_or_helo_if_needed()
                if self._parts.scheme == "smtp" and server.has_extn("starttls"):
                    server.starttls(context=self._context)
                self._log_in(server)
            except (OSError, smtplib.SMTPException) as error:
                raise MailUnavailable(_reason(error)) from error
            yield server

    def _log_in(self, server: smtplib.SMTP) -> None:
        if not self._parts.username:
            return
        if not isinstance(server.sock, ssl.SSLSocket):
            log.error(
                "mail_without_tls",
                detail="MAIL_URL has a password, the server offers no STARTTLS: nothing sent",
            )
            raise MailUnavailable("the server offers no TLS for the password")
        server.login(unquote(self._parts.username), unquote(self._parts.password or ""))


def _quit(server: smtplib.SMTP) -> None:
    """Whatever the server answers: its answer to the message counts."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        server.quit()
    server.close()


def _send_message(server: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise _error_of_code(min(code for code, _ in error.recipients.values())) from error
    except smtplib.SMTPDataError as error:
        raise _error_of_code(error.smtp_code) from error
    except (
        smtplib.SMTPNotSupportedError
    ) as error:  # the address has letters beyond ASCII, the server has no SMTPUTF8
        raise MailRefused(553) from error
    except (
        smtplib.SMTPResponseException
    ) as error:  # the server refuses the sender, the same for every mail
        raise MailUnavailable(_reason(error), HANG_UP_PAUSE_SECONDS) from error
    except (OSError, smtplib.SMTPException) as error:
        raise MailDeferred(f"no answer: {_reason(error)}") from error


def _error_of_code(code: int) -> Exception:
    if code == 421:  # the server closes the connection, whatever the command was
        return MailUnavailable(str(code), HANG_UP_PAUSE_SECONDS)
    return MailRefused(code) if code >= 500 else MailDeferred(str(code))


def _reason(error: Exception) -> str:
    """Return the error's class and the server's code, without its text, which may quote an
    address."""
    return f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()


def _parse_address(text: str) -> Address:
    """Return a single address: no display name, no list, no line break. Raises ValueError."""
    local, _, domain = text.rpartition("@")
    if not local or not domain or any(character in text for character in "\r\n"):
        raise ValueError("not a mail address")
    return Address(username=local, domain=domain)
