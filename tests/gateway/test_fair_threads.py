"""Where no proxy stands before the gateway, no address takes the threads of the others."""

import socket
import threading
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from cryptography.fernet import Fernet

from deploy.service_names import SERVICES
from gateway.fair_threads import FairThreads
from services.chassis.web.gunicorn_server import RECEIVE_SECONDS
from tests.chassis.served_module import served
from tests.support.process_settings import NOBODY

THREADS = 8
URLS = {f"{name.upper()}_URL": NOBODY for name in SERVICES}


def connection(address: str) -> Any:
    return SimpleNamespace(client=(address, 50000))


@pytest.mark.parametrize("of_one", [("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::2")])
def test_an_address_has_a_quarter_and_its_further_requests_come_after(of_one: tuple[str, str]) -> None:
    """Also after one that fails; an IPv6 line's addresses are one."""
    goes_on, begun = threading.Event(), threading.Semaphore(0)

    def handle(given: Any) -> None:
        begun.release()
        assert goes_on.wait(60)
        raise ValueError

    with FairThreads(THREADS) as threads:
        first = [threads.submit(handle, connection(of_one[0])) for _ in range(THREADS // 4)]
        later = [threads.submit(id, connection(of_one[1])) for _ in range(5)]
        assert all(begun.acquire(timeout=60) for _ in first)
        assert threads.submit(id, connection("192.0.2.2")).result(60)
        assert not any(request.done() for request in later)
        goes_on.set()
        assert all(isinstance(request.exception(60), ValueError) for request in first)
        assert all(request.result(60) for request in later)


def test_who_sends_slowly_over_many_connections_keeps_nobody_else_waiting() -> None:
    secrets = {"CLIENT_SECRET": "the secret of gateway", "SEAL_KEY": Fernet.generate_key().decode()}
    with served("gateway", ENV="test", THREADS=str(THREADS), **URLS, **secrets) as gateway, ExitStack() as opened:
        for _ in range(2 * THREADS):
            slow = opened.enter_context(socket.socket())
            slow.bind(("127.0.0.2", 0))
            slow.connect(("127.0.0.1", gateway.port))
            slow.sendall(b"POST /connexion HTTP/1.1\r\nHost: portail\r\nContent-Length: 9\r\n")
        answer = requests.get(f"{gateway.url}/health/live", timeout=RECEIVE_SECONDS / 2)
        assert answer.status_code == 200
