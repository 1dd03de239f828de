"""A mail server that answers what a test says, or says nothing."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

GREETING, END = "", "."
USUAL = {GREETING: "220 ready", "DATA": "354 go on", END: "250 taken", "QUIT": "221 bye"}


@dataclass
class MisbehavingServer:
    """`port`, and the `commands` that came, without the mails themselves; `ended` lets all conversations end."""

    answers: Mapping[str, str | None]
    port: int = 0
    commands: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._answer(GREETING)
        for line in self.rfile:
            command = line.decode().split(" ", 1)[0].strip().upper()
            self.server.behaviour.commands.append(command)
            if self._answer(command) == USUAL["DATA"]:
                next(part for part in self.rfile if part == b".\r\n")
                self._answer(END)

    def _answer(self, command: str) -> str:
        answer = self.server.behaviour.answers.get(command, USUAL.get(command, "250 well"))
        if answer is None:
            self.server.behaviour.ended.wait(120)
            raise ConnectionResetError
        self.wfile.write(f"{answer}\r\n".encode())
        return answer


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    behaviour: MisbehavingServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that hangs up is no error of the test."""


@contextmanager
def misbehaving_server(answers: Mapping[str, str | None], port: int = 0) -> Iterator[MisbehavingServer]:
    """By command (GREETING and END of the mail among them) the line to answer; None: nothing, the line stays open."""
    with _Server(("127.0.0.1", port), _Conversation) as server:
        server.behaviour = MisbehavingServer(answers, server.server_address[1])
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server.behaviour
        finally:
            server.behaviour.ended.set()
            server.shutdown()
