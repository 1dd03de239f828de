"""A clamd whose verdict the test says: of the same file another one, as after new signatures."""

import socketserver
import struct
import threading
from typing import Self

_LENGTH = struct.Struct("!I")


class ScriptedClamd:
    """`finds_a_virus`: in each file that is sent from now on."""

    def __init__(self) -> None:
        self.finds_a_virus = False
        clamd = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(clamd.answer(self))

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self._server.daemon_threads = True
        self.url = f"tcp://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, session: socketserver.StreamRequestHandler) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            command += session.rfile.read(1)
        if command != b"zINSTREAM\0":
            return b"PONG\0"
        while (length := _LENGTH.unpack(session.rfile.read(_LENGTH.size))[0]) > 0:
            session.rfile.read(length)
        return b"stream: Told-By-Test FOUND\0" if self.finds_a_virus else b"stream: OK\0"
