"""Mails out: over SMTP, or as .eml files in the one-machine mode. Text and HTML parts, an automatic sender.

What a server answers has three meanings: none of our mails goes out now (MailUnavailable), this one does not now
(MailDeferred), this one never will (MailRefused). Names, addresses and passwords travel to a verified server only.
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

from services.chassis.events.handlers import Channel, ChannelUnavailable
from services.mail.settings import tls_context
from services.mail.smtp_connection import LONGEST_SECONDS, Server

log = structlog.get_logger()

MAILS = Channel("mails", 120.0)
MAILER = "portail.mailer"  # where an application keeps the one that it needs
OTHERS_FIRST_SECONDS = 30.0  # after a mail with which the server hung up
ANSWERS = Counter("mails_total", "Mails by what the mail server made of them", ("answer",))


class MailUnavailable(ChannelUnavailable):
    """No mail can be given to the server, or none safely: it is away, or set up otherwise than MAIL_URL says."""


class MailDeferred(Exception):
    """The server did not take this mail for now, or nobody knows whether it did: it is sent again later."""


class MailRefused(Exception):
    """The server will never take this mail, by its answer `code` (5xx)."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True)
class Mail:
    """`message_id` is derived from an event's id, so that the one repetition a crash can cause is the same mail."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    date: datetime


class Mailer:
    """`url` is `smtp://[user:password@]host:port` (`smtps://` for TLS from the start) or `file:///folder`."""

    def __init__(self, url: str, sender: str, ca: str = "", longest_seconds: float = LONGEST_SECONDS) -> None:
        self._parts = urlsplit(url)
        self._sender = sender
        self._context = tls_context(ca)
        self._longest_seconds = longest_seconds

    def send(self, mail: Mail) -> None:
        """Raises MailUnavailable, MailDeferred or MailRefused, and ValueError for a hostile header."""
        message = self._message(mail)
        if self._parts.scheme == "file":
            self._write(message, mail.message_id)
            return
        with _counted(), self._connected() as server:
            _hand_over(server, message)

    def _message(self, mail: Mail) -> EmailMessage:
        domain = self._sender.rpartition("@")[2].rstrip(">")
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = _address(mail.to)
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
        """The same message written twice is one file."""
        folder = Path(unquote(self._parts.path))
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(message.as_bytes())
        Path(temporary).replace(folder / f"{name}.eml")

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Server]:
        """A server that may be given mails. Raises MailUnavailable."""
        tls_at_once = self._parts.scheme == "smtps"
        host, port = self._parts.hostname or "", self._parts.port or (465 if tls_at_once else 25)
        with contextlib.ExitStack() as stack:
            try:
                server = Server(host, port, self._context if tls_at_once else None, self._longest_seconds)
                stack.callback(server.leave)
                server.ehlo_or_helo_if_needed()
                if not tls_at_once and server.has_extn("starttls"):
                    server.starttls(context=self._context)
                self._log_in(server)
            except (OSError, smtplib.SMTPException) as error:
                raise MailUnavailable(_reason(error)) from error
            yield server

    def _log_in(self, server: Server) -> None:
        if not self._parts.username:
            return
        if not isinstance(server.sock, ssl.SSLSocket):
            log.error("mail_without_tls", detail="MAIL_URL has a password, the server offers no STARTTLS: nothing sent")
            raise MailUnavailable("the server offers no TLS for the password")
        server.login(unquote(self._parts.username), unquote(self._parts.password or ""))


def _hand_over(server: Server, message: EmailMessage) -> None:
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        raise _judged(min(code for code, _ in error.recipients.values())) from error
    except smtplib.SMTPDataError as error:
        raise _judged(error.smtp_code) from error
    except smtplib.SMTPNotSupportedError as error:  # letters in the address that this server does not know
        raise MailRefused(553) from error
    except (OSError, smtplib.SMTPException) as error:
        if server.has_the_message:
            raise MailDeferred(f"no answer: {_reason(error)}") from error
        # Also where the sender is refused, which is ours and so each mail's.
        raise MailUnavailable(_reason(error), OTHERS_FIRST_SECONDS) from error


def _judged(code: int) -> Exception:
    if code == 421:  # « closing », whatever was asked
        return MailUnavailable(str(code), OTHERS_FIRST_SECONDS)
    return MailRefused(code) if code >= 500 else MailDeferred(str(code))


@contextlib.contextmanager
def _counted() -> Iterator[None]:
    answer = "unavailable"
    try:
        yield
        answer = "taken"
    except MailDeferred:
        answer = "deferred"
        raise
    except MailRefused:
        answer = "refused"
        raise
    finally:
        ANSWERS.labels(answer).inc()


def _reason(error: Exception) -> str:
    """Its kind and the server's code: its words may quote an address."""
    return f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()


def _address(text: str) -> Address:
    """An address taken as one, whatever it holds: no display name, no list, no line break."""
    local, _, domain = text.rpartition("@")
    if not local or not domain or any(character in text for character in "\r\n"):
        raise ValueError("not a mail address")
    return Address(username=local, domain=domain)
