"""Mails out: over SMTP, or as .eml files in the one-machine mode. Text and HTML parts, an automatic sender."""

from __future__ import annotations

import os
import smtplib
import ssl
import tempfile
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20


class MailUnavailable(Exception):
    """The mail server did not take the message; it may be sent again."""


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

    def __init__(self, url: str, sender: str) -> None:
        self._parts = urlsplit(url)
        if self._parts.scheme not in ("smtp", "smtps", "file"):
            raise ValueError("smtp://, smtps:// or file:// is expected")
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Raises MailUnavailable when the server refuses or does not answer, ValueError for a hostile header."""
        message = self._message(mail)
        if self._parts.scheme == "file":
            self._write(message, mail.message_id)
        else:
            self._deliver(message)

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

    def _deliver(self, message: EmailMessage) -> None:
        kind = smtplib.SMTP_SSL if self._parts.scheme == "smtps" else smtplib.SMTP
        try:
            with kind(self._parts.hostname or "", self._parts.port or 25, timeout=TIMEOUT_SECONDS) as server:
                if self._parts.scheme == "smtp" and server.has_extn("starttls"):
                    server.starttls(context=ssl.create_default_context())
                if self._parts.username:
                    server.login(unquote(self._parts.username), unquote(self._parts.password or ""))
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailable(type(error).__name__) from error


def _address(text: str) -> Address:
    """An address taken as one, whatever it holds: no display name, no list, no line break."""
    local, _, domain = text.rpartition("@")
    if not local or not domain or any(character in text for character in "\r\n"):
        raise ValueError("not a mail address")
    return Address(username=local, domain=domain)
