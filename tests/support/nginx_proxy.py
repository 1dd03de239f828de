"""Debian's nginx with the configuration of the portal's proxy, before gateways at addresses that
come and go."""

import os
import shutil
import socketserver
import struct
import threading
from pathlib import Path

import requests

from gateway import proxy_error_pages
from gateway.assets import STATIC_FOLDER
from tests.support.missing_services import installed
from tests.support.ports import free_ports, is_listening
from tests.support.processes import Daemon, OwnServer, PrivateFolder, account_for

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "containers" / "proxy"
HEAD = struct.Struct("!6H")
ANSWER = struct.Struct(
    "!3HIH4s"
)  # a pointer to the question's name, type, class, seconds, length, address
SAME_NAME = 0xC00C
A = 1
IN = 1
KNOWN = 0x8180


class DnsServer:
    """Every name has the same addresses, which may change at any time."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
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


class Proxy(OwnServer):
    """`url` is the public address. Gateways answer on `gateway_port` of the addresses in `dns`."""

    def __init__(
        self, gateway_port: int, *, certificate: tuple[str, str] | None = None, **environment: str
    ) -> None:
        installed("nginx", "/usr/sbin/nginx")
        self.dns = DnsServer()
        self.port, self.tls_port, self.live_port = free_ports(3)
        self.url = (
            f"https://127.0.0.1:{self.tls_port}" if certificate else f"http://127.0.0.1:{self.port}"
        )
        self._folder = PrivateFolder("proxy", account_for("www-data"))
        for name in ("run", "bodies"):
            self._folder.folder(name)
        _copied(CONFIGURATION, self._folder.path / "configuration")
        proxy_error_pages.write_pages(self._folder.path / "pages")
        _copied(STATIC_FOLDER, self._folder.path / "pages" / "static")
        self._set = self._environment(gateway_port, certificate) | environment
        script = self._folder.path / "configuration" / "start.sh"
        self._daemon = Daemon("nginx", ["/bin/sh", script], self._folder, self._set)
        self.start()

    def is_ready(self) -> bool:
        return is_listening(self.live_port)

    @property
    def is_live(self) -> bool:
        return (
            requests.get(f"http://127.0.0.1:{self.live_port}/live", timeout=90).status_code == 204
        )

    @property
    def log_text(self) -> str:
        """What it answered by itself, a line each; and its complaints."""
        answers = self._folder.path / "run" / "answers.log"
        return answers.read_text(encoding="utf-8") + self._daemon.log.read_text(errors="replace")

    def close(self) -> None:
        self._daemon.stop()
        self.dns.stop()
        self._folder.remove()

    def _environment(
        self, gateway_port: int, certificate: tuple[str, str] | None
    ) -> dict[str, str]:
        folder = self._folder.path
        for name, text in zip(("chain", "key"), certificate or ("", ""), strict=True):
            self._folder.write(f"{name}.pem", text)
        return {
            "PATH": f"{os.environ['PATH']}:/usr/sbin",
            "PUBLIC_URL": self.url,
            "ENV": "test",
            "GATEWAY": f"gateway:{gateway_port}",
            "RESOLVER": f"127.0.0.1:{self.dns.port}",
            "LOG": str(folder / "run" / "answers.log"),
            "PORT": str(self.port),
            "TLS_PORT": str(self.tls_port),
            "LIVE_PORT": str(self.live_port),
            "TLS_CERTIFICATE": str(folder / "chain.pem"),
            "TLS_KEY": str(folder / "key.pem"),
            "PAGES": str(folder / "pages"),
            "RUN_FOLDER": str(folder / "run"),
            "BODIES": str(folder / "bodies"),
        }


def _copied(source: Path, target: Path) -> None:
    """Readable by the account that nginx runs as, whatever the checkout's folder says."""
    shutil.copytree(source, target)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755)
