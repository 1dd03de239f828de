"""A stand-in for a service: answers as told, says nothing at all, or stops in the midst of its
answer."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

Speak = Callable[[socket.socket, str], None]


class SilentServer:
    """`respond` is called with each request's connection and first line; `requests`: these lines in
    their order, with `bodies`. `connections` were opened by callers, who have `closed` so many of
    them."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0) -> None:
        self.requests: list[str] = []
        self.bodies: list[bytes] = []
        self.connections: list[socket.socket] = []
        self.closed = 0
        self.respond: Speak = self.send_nothing
        self._over = threading.Event()
        self._listener = socket.create_server((address, port), backlog=200)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://{address}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """As a process that ends: nobody listens any more, and what was kept is closed."""
        self._over.set()
        for end in (self._listener, *self.connections):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def answers(self, body: Any, status: str = "200 OK") -> None:
        text = json.dumps(body).encode()
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: "
            f"{len(text)}\r\n\r\n".encode()
        )
        self.respond = lambda connection, _: connection.sendall(head + text)

    def stop_responding(self) -> None:
        self.respond = self.send_nothing

    def stop_after(self, beginning: bytes) -> None:
        """Send `beginning`, then nothing any more."""

        def send_beginning(connection: socket.socket, _: str) -> None:
            connection.sendall(beginning)
            self._over.wait()

        self.respond = send_beginning

    def send_nothing(self, connection: socket.socket, line: str) -> None:
        self._over.wait()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with (
            suppress(OSError),
            connection,
            connection.makefile("rb") as lines,
        ):  # its caller may have gone
            while not self._over.is_set() and (line := lines.readline()):
                length = 0
                while (header := lines.readline()) not in (b"\r\n", b""):
                    name, _, value = header.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                self.bodies.append(lines.read(length))
                request_line = line.decode().rpartition(" ")[0]
                self.requests.append(request_line)
                self.respond(connection, request_line)
        self.closed += 1
