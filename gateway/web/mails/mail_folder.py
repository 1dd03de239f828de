"""The folder of .eml files into which the one-machine mode writes its mails."""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

MAX_MAILS = 200


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
    files = sorted(_files(folder), key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True)
    return (_read(file) for file in files[:MAX_MAILS])


def find_mail(folder: Path, name: str) -> Mail | None:
    """The mail of that name; names are compared with those of the folder's files, so no path leads out of it."""
    return next((_read(file) for file in _files(folder) if file.stem == name), None)


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.glob("*.eml") if not file.name.startswith(".")] if folder.is_dir() else []


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
