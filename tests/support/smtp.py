"""Mail servers for tests: one keeps what it receives, and can refuse or be down; another answers
what a test says."""

import email
import email.policy
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.support.ports import free_port

GREETING = ""
END = "."
USUAL = {GREETING: "220 ready", "DATA": "354 go on", END: "250 taken", "QUIT": "221 bye"}


@dataclass(frozen=True)
class ReceivedMail:
    """One message, with the envelope it came in."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        return self._part("plain").replace("\N{NO-BREAK SPACE}", " ")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


def parse_mail(raw: bytes) -> ReceivedMail:
    """A message as it was kept, without the envelope it came in."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return ReceivedMail(
        str(message["From"]),
        [address.strip() for address in str(message["To"]).split(",")],
        message,
    )


class Mailbox:
    """A running SMTP server and all that it received, oldest first.

    With a `certificate` it offers STARTTLS, or asks for TLS from the start; with a `password` it
    takes mails of user « portail » alone, over TLS alone.
    """

    def __init__(
        self,
        port: int | None = None,
        certificate: ssl.SSLContext | None = None,
        *,
        tls_at_once: bool = False,
        password: str | None = None,
    ) -> None:
        self.port = port or free_port()
        self.passwords_seen: list[str] = []
        self._options: dict[str, Any] = {
            "auth_require_tls": certificate is not None and not tls_at_once
        }
        self._options["ssl_context" if tls_at_once else "tls_context"] = certificate
        if password is not None:
            self._options |= {"auth_required": True, "authenticator": self._authenticator(password)}
        self._refused_recipients: dict[str, str] = {}
        self._arrived = threading.Condition()
        self._received: list[ReceivedMail] = []
        self._refusal: str | None = None
        self._controller: Controller | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def received(self) -> list[ReceivedMail]:
        with self._arrived:
            return list(self._received)

    def start(self) -> None:
        """Start to listen, after stop() on the same port; nothing happens while it listens."""
        if self._controller is not None:
            return
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **self._options)
        self._controller.start()

    def stop(self) -> None:
        """Stop to listen: connections are refused until start()."""
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    def clear(self) -> None:
        with self._arrived:
            self._received.clear()
            self._refusal = None
            self._refused_recipients.clear()

    def refuse(self, answer: str | None = "451 Try again later") -> None:
        self._refusal = answer

    def refuse_recipient(self, address: str, answer: str = "550 5.1.1 No such mailbox") -> None:
        """Answer mails to this address alone with this refusal, until clear()."""
        self._refused_recipients[address] = answer

    def find(self, to: str | None = None, subject: str | None = None) -> list[ReceivedMail]:
        of_subject = (mail for mail in self.received if subject is None or subject in mail.subject)
        return [
            mail
            for mail in of_subject
            if to is None or to.lower() in map(str.lower, mail.recipients)
        ]

    def wait_for(
        self, to: str | None = None, subject: str | None = None, seconds: float = 20
    ) -> ReceivedMail:
        """Return the newest such message as soon as one is there; AssertionError lists what came
        instead."""
        return self.wait_for_count(1, to, subject, seconds)[-1]

    def wait_for_count(
        self, count: int, to: str | None = None, subject: str | None = None, seconds: float = 20
    ) -> list[ReceivedMail]:
        with self._arrived:
            if self._arrived.wait_for(lambda: len(self.find(to, subject)) >= count, seconds):
                return self.find(to, subject)
        came = [f"{mail.recipients}: {mail.subject}" for mail in self.received]
        raise AssertionError(
            f"no {count} mail(s) to {to} about {subject!r} within {seconds} s; came: {came}"
        )

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self._refused_recipients:
            return self._refused_recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self._refusal is not None:
            return self._refusal
        message = BytesParser(policy=email.policy.default).parsebytes(envelope.original_content)
        assert isinstance(message, EmailMessage)
        with self._arrived:
            self._received.append(
                ReceivedMail(envelope.mail_from, list(envelope.rcpt_tos), message)
            )
            self._arrived.notify_all()
        return "250 Message accepted for delivery"

    def _authenticator(self, password: str) -> Callable[..., AuthResult]:
        def judge(
            server: Any, session: Any, envelope: Any, mechanism: str, sent: Any
        ) -> AuthResult:
            self.passwords_seen.append(sent.password.decode())
            return AuthResult(
                success=(sent.login, sent.password) == (b"portail", password.encode()),
                handled=False,
            )

        return judge


@contextmanager
def misbehaving_server(answers: Mapping[str, str | None], port: int = 0) -> Iterator[str]:
    """The URL of one that answers by command (GREETING and END of the mail among them) this line;
    None: nothing, the line stays open."""
    over = threading.Event()

    class Conversation(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.answer(GREETING)
            for line in self.rfile:
                command = line.decode().split(" ", 1)[0].strip().upper()
                if self.answer(command) == USUAL["DATA"]:
                    next(part for part in self.rfile if part == b".\r\n")
                    self.answer(END)

        def answer(self, command: str) -> str:
            answer = answers.get(command, USUAL.get(command, "250 well"))
            if answer is None:
                over.wait(120)
                raise ConnectionResetError
            self.wfile.write(f"{answer}\r\n".encode())
            return answer

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A caller that hangs up is no error of the test."""

    with Server(("127.0.0.1", port), Conversation) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"smtp://127.0.0.1:{server.server_address[1]}"
        finally:
            over.set()
            server.shutdown()
