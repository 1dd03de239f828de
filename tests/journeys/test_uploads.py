"""Files that are too large are refused by a page that can be read; slow ones take nobody else's place."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.journeys import people
from tests.journeys.candidate import Candidate
from tests.journeys.pieces import Justificatifs
from tests.journeys.visit import cookies_of
from tests.support.browser import french_visitor
from tests.support.launched import LaunchedPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser

UPLOADS = 50
BYTES_PER_SECOND = 5 * 1024
TOO_LARGE = (6, 30)  # Mo
MOST_TIMES_SLOWER = 5.0
MEASURED_SECONDS = 4.0


@dataclass(frozen=True)
class Deposit:
    """« Envoyer une pièce jointe » of one candidate: its address, and what his browser knows."""

    url: str
    state: Any
    cookies: dict[str, str]


@pytest.fixture(scope="module")
def deposit(browser: Browser, alone: LaunchedPortal) -> Iterator[Deposit]:
    with french_visitor(browser) as context:
        page = context.new_page()
        someone = Candidate(page, alone, people.DUBOIS.at(people.new_address()))
        someone.arrives()
        someone.registers()
        Justificatifs(someone)
        page.get_by_role("link", name="Ajouter").first.click()
        someone.desk.is_at("Envoyer une pièce jointe")
        yield Deposit(page.url, context.storage_state(), cookies_of(page))


@pytest.mark.parametrize("size", TOO_LARGE)
def test_a_too_large_file_is_refused_by_a_page(browser: Browser, deposit: Deposit, tmp_path: Path, size: int) -> None:
    file = tmp_path / "trop grand.pdf"
    file.write_bytes(b"%PDF-1.7\n" + b"0" * (size * 1024 * 1024))
    with french_visitor(browser, storage_state=deposit.state, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(deposit.url)
        page.get_by_label("Choisir un fichier").set_input_files(file)
        with page.expect_navigation() as navigation:
            page.get_by_role("button", name="Envoyer", exact=True).click()
        assert navigation.value.status == 413
        page.get_by_text("Votre fichier est trop volumineux").first.wait_for()


def test_the_script_tells_a_too_large_file_and_sends_nothing(
    browser: Browser, deposit: Deposit, tmp_path: Path
) -> None:
    file = tmp_path / "trop grand.pdf"
    file.write_bytes(b"%PDF-1.7\n" + b"0" * (TOO_LARGE[0] * 1024 * 1024))
    with french_visitor(browser, storage_state=deposit.state) as context:
        page = context.new_page()
        page.goto(deposit.url)
        posts: list[str] = []
        page.on("request", lambda sent: posts.append(sent.url) if sent.method == "POST" else None)
        page.get_by_label("Choisir un fichier").set_input_files(file)
        page.get_by_role("button", name="Envoyer", exact=True).click()
        page.get_by_text("Ce fichier fait 6 Mo ; la taille ne doit pas excéder 5 Mo.").wait_for()
        assert posts == []


@pytest.mark.bench
def test_slow_uploads_do_not_slow_the_home_page(alone: LaunchedPortal, deposit: Deposit) -> None:
    quiet = _seconds_of_the_home_page(alone.url)
    with ExitStack() as opened:
        uploads = [opened.enter_context(_slow_upload(deposit)) for _ in range(UPLOADS)]
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


def _slow_upload(deposit: Deposit) -> socket.socket:
    """A deposit of 1 Mo of which the head alone is sent."""
    parts = urlsplit(deposit.url)
    sent = socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=30)
    cookie = "; ".join(f"{name}={value}" for name, value in deposit.cookies.items())
    lines = [
        f"POST {parts.path} HTTP/1.1",
        f"Host: {parts.netloc}",
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
        for one in uploads:
            try:
                one.sendall(b"0" * BYTES_PER_SECOND)
            except OSError:
                continue
