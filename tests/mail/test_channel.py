"""However long the mail server is away: mails wait in order, lose no try, hold nothing else up, and all go out."""

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
from services.chassis.tasks.rows import follow_up
from services.chassis.tasks.tables import tasks
from services.mail import mailer as mails
from services.mail.mailer import MAILS, Mail, Mailer
from tests.chassis.events.ledger import Ledger
from tests.support.ports import free_port
from tests.support.processes import wait_until
from tests.support.smtp import GREETING, Mailbox, misbehaving_server

PATIENCE = 90
NEVER = (3600.0,)  # the delay before a second try: what used up a try would not come within this test


class Sending(Ledger):
    """A service whose follow-up « send » is a mail to the server at `port`."""

    port: int

    def send(self, data: dict[str, Any], envelope: Envelope) -> None:
        sent = Mail(data["to"], data["subject"], "texte", "<p>", envelope.id, datetime(2021, 10, 4, tzinfo=UTC))
        Mailer(f"smtp://127.0.0.1:{self.port}", "portail@exemple.fr").send(sent)

    def ask(self, *subjects: str, to: str = "jeanne@exemple.fr") -> None:
        for subject in subjects:
            with self.writing() as session:
                follow_up(session, "send", {"to": to, "subject": subject}, subject="somebody")

    def attempts(self) -> dict[str, int]:
        with self.app.app_context(), self.db.reading() as session:
            found = session.execute(select(tasks.c.envelope, tasks.c.attempts).where(tasks.c.handler == "send")).all()
            return {json.loads(envelope)["data"]["subject"]: attempts for envelope, attempts in found}

    def paused(self) -> bool:
        return REGISTRY.get_sample_value("channel_paused", {"service": self.name, "channel": MAILS.name}) == 1


@pytest.fixture
def service(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sending:
    monkeypatch.setattr(mails, "STEP_SECONDS", 1.0)
    service = Sending.alone("writer", tmp_path, database_url)
    service.port = free_port()
    service.handlers.follow_up("send", MAILS)(service.send)
    return service


@contextmanager
def returned(service: Sending) -> Iterator[Mailbox]:
    mailbox = Mailbox(service.port)
    try:
        yield mailbox
    finally:
        mailbox.stop()


Away = Callable[[int], AbstractContextManager[Any]]
# Without a pause of its own, at once or after a wait; with one. What else a server may answer is in test_mailer.py.
AWAY: dict[str, Away] = {
    "refuses connections": lambda port: nullcontext(),
    "accepts and stays silent": lambda port: misbehaving_server({GREETING: None}, port),
    "closes at each recipient": lambda port: misbehaving_server({"RCPT": "421 closing"}, port),
}


@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY.keys())
def test_what_waited_goes_out_and_lost_no_try(service: Sending, away: Away, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mails, "HANG_UP_PAUSE_SECONDS", 0.5)
    service.ask("un", "deux", "trois")
    with service.working(retry_seconds=NEVER) as [worker]:
        with away(service.port):
            wait_until(service.paused, PATIENCE, "the pause")
            service.ask_to_tell("a friend")
            wait_until(lambda: service.entries() == ["told a friend"], PATIENCE, "what needs no mail server")
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
            wait_until(lambda: service.attempts()["plus tard"] > 1, PATIENCE, "another try of its own")
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
    assert [mail.subject for mail in mailbox.received] == ["deux", "trois", "quatre"], "in the order of their age"
