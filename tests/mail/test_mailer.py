"""What a mail server's answers mean, and to whom passwords and mails are given."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from services.mail import mailer as mails
from services.mail.mailer import HANG_UP_PAUSE_SECONDS, Mail, MailDeferred, Mailer, MailRefused, MailUnavailable
from services.mail.settings import MailSettings
from tests.support.certificates import CertificateAuthority
from tests.support.log_lines import logged_lines
from tests.support.smtp import END, GREETING, Mailbox, misbehaving_server

PASSWORD = "aussi-longue-que-secrete"
TO = "jeanne@exemple.fr"


def mail(to: str = TO) -> Mail:
    return Mail(to, "Essai", "texte", "<p>texte</p>", "an-event", datetime(2021, 10, 4, tzinfo=UTC))


def mailer(url: str, ca: str = "") -> Mailer:
    return Mailer(url, "portail@exemple.fr", ca)


@pytest.fixture(scope="module")
def authority() -> CertificateAuthority:
    return CertificateAuthority()


@contextmanager
def serving(**options: Any) -> Iterator[tuple[Mailbox, str]]:
    """A server with these options, and its URL with the password."""
    mailbox = Mailbox(**{"password": PASSWORD, **options})
    scheme = "smtps" if options.get("tls_at_once") else "smtp"
    try:
        yield mailbox, f"{scheme}://portail:{PASSWORD}@127.0.0.1:{mailbox.port}"
    finally:
        mailbox.stop()


@pytest.mark.parametrize("at_once", [True, False], ids=["from the start", "STARTTLS"])
def test_password_and_mail_go_to_the_server_that_the_authority_vouches_for_and_to_no_other(
    authority: CertificateAuthority, tmp_path: Path, at_once: bool
) -> None:
    with serving(certificate=authority.server(tmp_path), tls_at_once=at_once) as (mailbox, url):
        for ca in ("", CertificateAuthority().pem):
            with pytest.raises(MailUnavailable, match="SSLCertVerificationError"):
                mailer(url, ca).send(mail())
        assert (mailbox.received, mailbox.passwords_seen) == ([], [])
        mailer(url, authority.pem).send(mail())
        assert [received.recipients for received in mailbox.received] == [[TO]]
        assert mailbox.passwords_seen == [PASSWORD]
    of_another = authority.server(tmp_path, "192.0.2.1")
    with serving(certificate=of_another, tls_at_once=at_once) as (mailbox, url):
        with pytest.raises(MailUnavailable, match="SSLCertVerificationError"):
            mailer(url, authority.pem).send(mail())
        assert (mailbox.received, mailbox.passwords_seen) == ([], [])


def test_nobody_logs_in_where_starttls_was_stripped() -> None:
    before = REGISTRY.get_sample_value("mails_total", {"answer": "unavailable"}) or 0
    with serving() as (mailbox, url):
        with logged_lines() as logs, pytest.raises(MailUnavailable, match="no TLS"):
            mailer(url).send(mail())
        assert (mailbox.received, mailbox.passwords_seen) == ([], [])
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["mail_without_tls"]
    assert REGISTRY.get_sample_value("mails_total", {"answer": "unavailable"}) == before + 1


def test_a_wrong_password_is_no_fault_of_the_mail(authority: CertificateAuthority, tmp_path: Path) -> None:
    with (
        serving(certificate=authority.server(tmp_path), password="another") as (_, url),
        pytest.raises(MailUnavailable, match="SMTPAuthenticationError 535"),
    ):
        mailer(url, authority.pem).send(mail())


REFUSALS: list[tuple[dict[str, str | None], Exception]] = [
    # what says nothing of the mail
    ({GREETING: "421 busy"}, MailUnavailable("")),
    ({GREETING: "554 no service"}, MailUnavailable("")),
    ({"MAIL": "451 later"}, MailUnavailable("", HANG_UP_PAUSE_SECONDS)),
    ({"MAIL": "550 you may not"}, MailUnavailable("", HANG_UP_PAUSE_SECONDS)),
    ({"RCPT": "421 closing"}, MailUnavailable("", HANG_UP_PAUSE_SECONDS)),
    ({"DATA": "421 closing"}, MailUnavailable("", HANG_UP_PAUSE_SECONDS)),
    ({END: "421 closing"}, MailUnavailable("", HANG_UP_PAUSE_SECONDS)),
    # a mail that is not taken now
    ({"RCPT": "451 greylisted"}, MailDeferred()),
    ({"RCPT": "452 mailbox full"}, MailDeferred()),
    ({END: "451 later"}, MailDeferred()),
    # a mail that is refused for good, which is told without its address
    ({"RCPT": f"550 {TO} unknown"}, MailRefused(550)),
    ({"DATA": "554 no"}, MailRefused(554)),
    ({END: "552 too large"}, MailRefused(552)),
]


@pytest.mark.parametrize(("answers", "expected"), REFUSALS)
def test_the_servers_answer_says_whether_the_mail_is_sent_again_and_when(
    answers: dict[str, str | None], expected: Exception
) -> None:
    with misbehaving_server(answers) as url, pytest.raises(type(expected)) as raised:
        mailer(url).send(mail())
    assert getattr(raised.value, "delay", None) == getattr(expected, "delay", None)
    assert getattr(raised.value, "code", None) == getattr(expected, "code", None)
    assert TO not in str(raised.value)


@pytest.mark.parametrize("at_the_end", ["421 closing", "500 what", None])
def test_what_was_taken_is_taken_however_it_ends(at_the_end: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mails, "STEP_SECONDS", 0.4)
    with misbehaving_server({"QUIT": at_the_end}) as url:
        mailer(url).send(mail())
        with pytest.raises(MailRefused):  # letters that it does not know
            mailer(url).send(mail("jérôme@exemple.fr"))


@pytest.mark.parametrize("command", [GREETING, "EHLO", "MAIL", "RCPT", "DATA", END])
def test_a_server_that_falls_silent_holds_nobody(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mails, "STEP_SECONDS", 0.4)
    silent_helo: dict[str, str | None] = {"HELO": None} if command == "EHLO" else {}
    expected = MailUnavailable if command in (GREETING, "EHLO") else MailDeferred  # which counts its try
    with misbehaving_server({command: None, **silent_helo}) as url, pytest.raises(expected):
        mailer(url).send(mail())


@pytest.mark.parametrize(
    ("url", "ca", "mistake"),
    [("http://mail", "", "MAIL_URL"), ("smtp://mail", "no certificate", "MAIL_CA"), ("smtp://mail", "é", "MAIL_CA")],
)
def test_a_process_does_not_start_on_a_mail_server_it_cannot_speak_to(url: str, ca: str, mistake: str) -> None:
    settings = MailSettings(
        env="test", database_url="-", broker_url="-", accounts_url="-", client_id="-", client_secret="-",  # type: ignore[arg-type]
        mail_url=url, mail_ca=ca,
    )  # fmt: skip
    assert [line.split(":")[0] for line in settings.mistakes()] == [mistake]
