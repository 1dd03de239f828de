"""How the load reads « Activer mon compte » of an installation: from a folder of mails, or by one's own command."""

from __future__ import annotations

import threading
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from tests.bench.mails import Mails

LONG = "x" * 60
"""A link that quoted-printable breaks in two."""


def _mail(to: str, link: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["To"] = to
    message.set_content(
        f"Pour activer votre compte, très simplement : http://127.0.0.1:8080{link}\n", cte="quoted-printable"
    )
    return message.as_bytes()


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    (tmp_path / "1.eml").write_bytes(_mail("autre@example.org", "/compte/activation/autre"))
    (tmp_path / "2.eml").write_bytes(_mail("mesure@example.org", f"/compte/activation/{LONG}"))
    return tmp_path


def test_the_link_of_ones_own_mail_is_read_from_a_folder(mails: Path) -> None:
    assert Mails(str(mails)).link("mesure@example.org") == f"/compte/activation/{LONG}"


def test_a_command_that_is_given_the_address_prints_the_mail(mails: Path) -> None:
    command = f'cat $(grep -l "$ADDRESS" {mails}/*.eml)'
    assert Mails(command).link("mesure@example.org") == f"/compte/activation/{LONG}"


def test_a_mail_that_comes_later_is_waited_for(mails: Path) -> None:
    read, links = Mails(str(mails)), []
    waiting = threading.Thread(target=lambda: links.append(read.link("tard@example.org")))
    waiting.start()
    (mails / ".part").write_bytes(_mail("tard@example.org", "/compte/activation/tard"))
    (mails / ".part").rename(mails / "3.eml")
    waiting.join()
    assert links == ["/compte/activation/tard"]
