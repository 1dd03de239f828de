"""Fifty uploads at 5 KiB/s take nobody else's place: the home page beside them, as a ratio within one run."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import requests

from tests.journeys.registered_candidate import RegisteredCandidate, register_candidate
from tests.support.launched_portal import LaunchedPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

UPLOADS = 50
BYTES_PER_SECOND = 5 * 1024
MOST_TIMES_SLOWER = 5.0
MEASURED_SECONDS = 4.0


def test_slow_uploads_do_not_slow_the_home_page(alone: LaunchedPortal, browser: Browser) -> None:
    someone = register_candidate(alone, browser)
    quiet = _seconds_of_the_home_page(alone.url)
    with ExitStack() as opened:
        uploads = [opened.enter_context(_slow_upload(alone, someone)) for _ in range(UPLOADS)]
        over = threading.Event()
        sender = threading.Thread(target=_trickle, args=(uploads, over), daemon=True)
        sender.start()
        busy = _seconds_of_the_home_page(alone.url)
        over.set()
        sender.join()
    print(f"home page: {quiet * 1000:.0f} ms alone, {busy * 1000:.0f} ms beside {UPLOADS} slow uploads")
    assert busy < quiet * MOST_TIMES_SLOWER + 0.02


def _seconds_of_the_home_page(url: str) -> float:
    taken = []
    until = time.perf_counter() + MEASURED_SECONDS
    while time.perf_counter() < until:
        start = time.perf_counter()
        assert requests.get(url, timeout=30).ok
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _slow_upload(portal: LaunchedPortal, someone: RegisteredCandidate) -> socket.socket:
    """A deposit of 1 Mo of which the head alone is sent."""
    sent = socket.create_connection(("127.0.0.1", portal.port), timeout=30)
    cookie = "; ".join(f"{name}={value}" for name, value in someone.cookies.items())
    lines = [
        f"POST {someone.deposit_path} HTTP/1.1",
        f"Host: 127.0.0.1:{portal.port}",
        f"Cookie: {cookie}",
        "Sec-Fetch-Site: same-origin",
        "Content-Type: multipart/form-data; boundary=lente",
        f"Content-Length: {1024 * 1024}",
        "",
        '--lente\r\nContent-Disposition: form-data; name="fichier"; filename="lente.pdf"\r\n\r\n',
    ]
    sent.sendall("\r\n".join(lines).encode())
    return sent


def _trickle(uploads: list[socket.socket], over: threading.Event) -> None:
    """5 KiB a second to each until it is over; those that were refused are left."""
    while not over.wait(1.0):
        for upload in uploads:
            try:
                upload.sendall(b"0" * BYTES_PER_SECOND)
            except OSError:
                continue
