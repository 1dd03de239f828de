"""What a mail server's answers mean, and to whom passwords and mails are given; however long the
server is away, mails wait in order, lose no try, hold nothing else up, and all go out."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from services.chassis.events import Envelope
from services.chassis.tasks.new_tasks import follow_up
from services.chassis.tasks.tables import tasks
from services.mail import mailer as mails
from services.mail.mailer import MAILS, Mail, MailDeferred, Mailer, MailRefused, MailUnavailable
from services.mail.settings import MailSettings
from tests.chassis.events.ledger import Ledger
from tests.support.certificates import CertificateAuthority
from tests.support.log_lines import logged_lines
from tests.support.ports import free_port
from tests.support.processes import wait_until
from tests.support.smtp import END, GREETING, Mailbox, misbehaving_server

PASSWORD = "aussi-longue-que-secrete"
TO = "jeanne@exemple.fr"


def send(
    url: str, ca: str = "", to: str = TO, subject: str = "Essai", event: str = "an-event"
) -> None:
    mail = Mail(to, subject, "texte", "<p>texte</p>", event, datetime(2021, 10, 4, tzinfo=UTC))
    Mailer(url, "portail@exemple.fr", ca).send(mail)


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
                send(url, ca)
        assert (mailbox.received, mailbox.passwords_seen) == ([], [])
        send(url, authority.pem)
        assert [received.recipients for received in mailbox.received] == [[TO]]
        assert mailbox.passwords_seen == [PASSWORD]
    of_another = authority.server(tmp_path, "192.0.2.1")
    with serving(certificate=of_another, tls_at_once=at_once) as (mailbox, url):
        with pytest.raises(MailUnavailable, match="SSLCertVerificationError"):
            send(url, authority.pem)
        assert (mailbox.received, mailbox.passwords_seen) == ([], [])


def test_nobody_logs_in_where_starttls_was_stripped() -> None:
    before = REGISTRY.get_sample_value("mails_total", {"answer": "unavailable"}) or 0
    with serving() as (mailbox, url):
        with logged_lines() as logs, pytest.raises(MailUnavailable, match="no TLS"):
            send(url)
        assert (mailbox.received, mailbox.passwords_seen) == ([], [])
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["mail_without_tls"]
    assert REGISTRY.get_sample_value("mails_total", {"answer": "unavailable"}) == before + 1


def test_a_wrong_password_is_no_fault_of_the_mail(
    authority: CertificateAuthority, tmp_path: Path
) -> None:
    with (
        serving(certificate=authority.server(tmp_path), password="another") as (_, url),
        pytest.raises(MailUnavailable, match="SMTPAuthenticationError 535"),
    ):
        send(url, authority.pem)


REFUSALS: list[tuple[dict[str, str | None], Exception]] = [
    # what says nothing of the mail
    ({GREETING: "421 busy"}, MailUnavailable("")),
    ({GREETING: "554 no service"}, MailUnavailable("")),
    ({"MAIL": "451 later"}, MailUnavailable("", mails.HANG_UP_PAUSE_SECONDS)),
    ({"MAIL": "550 you may not"}, MailUnavailable("", mails.HANG_UP_PAUSE_SECONDS)),
    ({"RCPT": "421 closing"}, MailUnavailable("", mails.HANG_UP_PAUSE_SECONDS)),
    ({"DATA": "421 closing"}, MailUnavailable("", mails.HANG_UP_PAUSE_SECONDS)),
    ({END: "421 closing"}, MailUnavailable("", mails.HANG_UP_PAUSE_SECONDS)),
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
        send(url)
    assert getattr(raised.value, "delay", None) == getattr(expected, "delay", None)
    assert getattr(raised.value, "code", None) == getattr(expected, "code", None)
    assert TO not in str(raised.value)


@pytest.mark.parametrize("at_the_end", ["421 closing", "500 what", None])
def test_what_was_taken_is_taken_however_it_ends(
    at_the_end: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "STEP_SECONDS", 0.4)
    with misbehaving_server({"QUIT": at_the_end}) as url:
        send(url)
        with pytest.raises(MailRefused):  # letters that it does not know
            send(url, to="jérôme@exemple.fr")


@pytest.mark.parametrize("command", [GREETING, "EHLO", "MAIL", "RCPT", "DATA", END])
def test_a_server_that_falls_silent_holds_nobody(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "STEP_SECONDS", 0.4)
    silent_helo: dict[str, str | None] = {"HELO": None} if command == "EHLO" else {}
    expected = (
        MailUnavailable if command in (GREETING, "EHLO") else MailDeferred
    )  # which counts its try
    with misbehaving_server({command: None, **silent_helo}) as url, pytest.raises(expected):
        send(url)


@pytest.mark.parametrize(
    ("url", "ca", "mistake"),
    [
        ("http://mail", "", "MAIL_URL"),
        ("smtp://mail", "no certificate", "MAIL_CA"),
        ("smtp://mail", "é", "MAIL_CA"),
    ],
)
def test_a_process_does_not_start_on_a_mail_server_it_cannot_speak_to(
    url: str, ca: str, mistake: str
) -> None:
    settings = MailSettings(
        env="test",
        database_url="-",
        broker_url="-",
        accounts_url="-",
        client_id="-",
        client_secret="-",  # type: ignore[arg-type]
        mail_url=url,
        mail_ca=ca,
    )
    assert [line.split(":")[0] for line in settings.mistakes()] == [mistake]


PATIENCE = 90
NEVER = (
    3600.0,
)  # the delay before a second try: what used up a try would not come within this test


class Sending(Ledger):
    """A service whose follow-up « send » is a mail to the server at `port`."""

    port: int

    def send(self, data: dict[str, Any], envelope: Envelope) -> None:
        send(
            f"smtp://127.0.0.1:{self.port}",
            to=data["to"],
            subject=data["subject"],
            event=envelope.id,
        )

    def ask(self, *subjects: str, to: str = TO) -> None:
        for subject in subjects:
            with self.writing() as transaction:
                follow_up(transaction, "send", {"to": to, "subject": subject}, subject="somebody")

    def attempts(self) -> dict[str, int]:
        with self.app.app_context(), self.db.reading() as transaction:
            found = transaction.execute(
                select(tasks.c.envelope, tasks.c.attempts).where(tasks.c.handler == "send")
            ).all()
            return {
                json.loads(envelope)["data"]["subject"]: attempts for envelope, attempts in found
            }

    def paused(self) -> bool:
        return (
            REGISTRY.get_sample_value(
                "channel_paused", {"service": self.name, "channel": MAILS.name}
            )
            == 1
        )


@pytest.fixture
def service(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sending:
    monkeypatch.setattr(mails, "STEP_SECONDS", 1.0)
    service = Sending.alone("writer", tmp_path, database_url)
    service.port = free_port()
    service.handlers.follow_up("send", MAILS)(service.send)
    return service


@contextmanager
def returned(service: Sending) -> Iterator[Mailbox]:
    with serving(port=service.port, password=None) as (mailbox, _):
        yield mailbox


Away = Callable[[int], AbstractContextManager[Any]]
# Without a pause of its own, at once or after a wait; with one. What else a server may answer is in
# REFUSALS.
AWAY: dict[str, Away] = {
    "refuses connections": lambda port: nullcontext(),
    "accepts and stays silent": lambda port: misbehaving_server({GREETING: None}, port),
    "closes at each recipient": lambda port: misbehaving_server({"RCPT": "421 closing"}, port),
}


@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY.keys())
def test_what_waited_goes_out_and_lost_no_try(
    service: Sending, away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "HANG_UP_PAUSE_SECONDS", 0.5)
    service.ask("un", "deux", "trois")
    with service.working(retry_seconds=NEVER) as [worker]:
        with away(service.port):
            wait_until(service.paused, PATIENCE, "the pause")
            service.ask_to_tell("a friend")
            wait_until(
                lambda: service.entries() == ["told a friend"],
                PATIENCE,
                "what needs no mail server",
            )
            assert worker.stuck() is None
        with returned(service) as mailbox:
            mailbox.wait_for_count(3, seconds=PATIENCE)
            wait_until(lambda: not service.paused(), PATIENCE, "the end of the pause")
        assert sorted(mail.subject for mail in mailbox.received) == ["deux", "trois", "un"]
    assert set(service.attempts().values()) == {1}


def test_one_mail_that_is_not_taken_now_waits_alone(service: Sending) -> None:
    with returned(service) as mailbox:
        mailbox.refuse_recipient("pleine@exemple.fr", "452 4.2.2 Mailbox full")
        service.ask("plus tard", to="pleine@exemple.fr")
        service.ask("tout de suite")
        with service.working(retry_seconds=(0.4, 0.4, 0.4)):
            mailbox.wait_for(subject="tout de suite", seconds=PATIENCE)
            assert not service.paused()
            wait_until(
                lambda: service.attempts()["plus tard"] > 1, PATIENCE, "another try of its own"
            )
            mailbox.clear()
            mailbox.wait_for(subject="plus tard", seconds=PATIENCE)
    assert service.parked() == []


def test_a_mail_at_which_the_server_hangs_up_lets_the_others_go_first(service: Sending) -> None:
    with returned(service) as mailbox:
        mailbox.refuse_recipient("poison@exemple.fr", "421 4.7.0 closing")
        service.ask("poison", to="poison@exemple.fr")
        service.ask("deux", "trois", "quatre")
        with service.working(retry_seconds=NEVER):
            mailbox.wait_for_count(3, seconds=PATIENCE)
    assert [mail.subject for mail in mailbox.received] == ["deux", "trois", "quatre"], (
        "in the order of their age"
    )
