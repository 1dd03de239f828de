"""A DNS server for tests: every name has the same addresses, which may change at any time."""

import socketserver
import struct
import threading
from collections.abc import Iterable

HEAD = struct.Struct("!6H")
ANSWER = struct.Struct("!3HIH4s")  # a pointer to the question's name, type, class, seconds, length, address
SAME_NAME, A, IN, KNOWN = 0xC00C, 1, 1, 0x8180


class DnsServer:
    def __init__(self, addresses: Iterable[str]) -> None:
        self.addresses = list(addresses)
        names = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                asked, reply = self.request
                reply.sendto(names.answer(asked), self.client_address)

        self._server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, asked: bytes) -> bytes:
        number, *_ = HEAD.unpack_from(asked)
        question = asked[HEAD.size : asked.index(0, HEAD.size) + 5]
        numbers = [bytes(map(int, address.split("."))) for address in self.addresses]
        answers = [ANSWER.pack(SAME_NAME, A, IN, 0, 4, four) for four in numbers]
        return HEAD.pack(number, KNOWN, 1, len(answers), 0, 0) + question + b"".join(answers)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
