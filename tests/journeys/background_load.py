"""Load while the portal is disturbed: each request is sent again until it is answered, and what was acknowledged is
noted."""

from __future__ import annotations

import hashlib
import io
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from pypdf import PdfWriter

from services.contracts import problem_types
from tests.accounts.creation_form import creation_form
from tests.journeys import personas
from tests.journeys.acknowledged_work import AcknowledgedWork, Deposits, Saves
from tests.journeys.html_forms import SAME_ORIGIN, last_tab_path, save_form_fields

AWAY_SENTENCES = (problem_types.UNAVAILABLE.title, "ne répond pas", "n'a pas pu être")
PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.3
# Between two saves of a candidate: each makes two PDFs, and what waits for its turn has to be waited for at the end.
SAVE_SECONDS = 4.0


class NotAnswered(Exception):
    """No usable answer within PATIENCE_SECONDS."""


class PortalLost(Exception):
    """The portal is gone for good: nobody is to wait any longer."""


@dataclass
class RetryingBrowser:
    """Session cookies, and requests that are sent again until they are answered."""

    url: str
    work: AcknowledgedWork
    cookies: dict[str, str]
    stop: threading.Event
    lost: threading.Event = field(default_factory=threading.Event)
    """Set when nobody is to wait for an answer any more."""
    attempts: int = 0
    """How often the last request was sent."""

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.cookies.update(self.cookies)
        self._session.headers.update(SAME_ORIGIN)

    def get(self, path: str) -> requests.Response:
        return self._send_until_answered("GET", path)

    def post(self, path: str, **sent: object) -> requests.Response:
        return self._send_until_answered("POST", path, **sent)

    def _send_until_answered(self, method: str, path: str, **sent: object) -> requests.Response:
        until = time.monotonic() + PATIENCE_SECONDS
        self.attempts = 0
        while time.monotonic() < until:
            self.attempts += 1
            answer = self.send_once(method, path, **sent)
            if answer is not None:
                return answer
            if self.lost.wait(PAUSE_SECONDS):
                raise PortalLost
        raise NotAnswered(f"{method} {path}")

    def send_once(self, method: str, path: str, **sent: object) -> requests.Response | None:
        """None where the portal says that it cannot answer now, or where its gateway is away."""
        try:
            answer = self._session.request(
                method, self.url + path, allow_redirects=False, timeout=(5, 45), **sent  # type: ignore[arg-type]
            )  # fmt: skip
        except requests.RequestException as error:
            self.work.note_refusal(type(error).__name__)
            return None
        if answer.status_code < 500:
            return answer
        if _says_when_to_come_back(answer):
            self.work.note_refusal("503")
        else:
            self.work.note_fault(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return None


def _says_when_to_come_back(answer: requests.Response) -> bool:
    sentence = any(words in answer.text.replace("’", "'") for words in AWAY_SENTENCES)
    return answer.status_code == 503 and "Retry-After" in answer.headers and sentence


def save_repeatedly(browser: RetryingBrowser, candidature: str) -> None:
    """« Modifier » and « Enregistrer », version after version."""
    saves = browser.work.saves.setdefault(candidature, Saves())
    while not browser.stop.is_set():
        begun = browser.post(f"/inscriptions/{candidature}/modification")
        tab = last_tab_path(begun)
        if tab is None:
            browser.work.note_fault(f"modification: {begun.status_code} {begun.text[:300]}")
            return
        data = save_form_fields(browser.get(tab).text)
        if data is None:
            continue  # the draft was saved by a press that was not answered
        saves.attempts += 1
        saved = browser.post(tab, data=data)
        if saved.status_code == 303 and candidature in saved.headers["Location"]:
            browser.work.acknowledge("version", candidature, str(saves.acknowledged))
            saves.acknowledged += 1
        browser.stop.wait(SAVE_SECONDS)


def deposit_repeatedly(browser: RetryingBrowser, candidature: str, piece: str) -> None:
    """« Envoyer une pièce jointe »: one file after the other, each replacing the last one."""
    deposits = browser.work.deposits.setdefault((candidature, piece), Deposits())
    while not browser.stop.is_set():
        content = _unique_pdf()
        digest = hashlib.sha256(content).hexdigest()
        deposits.unanswered.add(digest)
        if _deposit_file(browser, candidature, piece, content):
            browser.work.acknowledge("deposit", piece, digest)
            deposits.acknowledged, deposits.unanswered = digest, set()
        browser.stop.wait(0.5)


def deposit_once(browser: RetryingBrowser, candidature: str, piece: str) -> None:
    """One file, which nobody replaces."""
    content = _unique_pdf()
    if _deposit_file(browser, candidature, piece, content):
        digest = hashlib.sha256(content).hexdigest()
        browser.work.acknowledge("deposit", piece, digest)
        browser.work.unreplaced_files[candidature, piece] = digest


def create_accounts(browser: RetryingBrowser) -> None:
    """« Créer le compte », one address after the other."""
    while not browser.stop.is_set():
        email = personas.new_address()
        typed = creation_form(email=email, email_confirmation=email)
        created = browser.post("/compte/creation", data=typed)
        if created.status_code == 303 and created.headers["Location"].endswith("/compte/creation/confirmation"):
            browser.work.acknowledge("account", email, "")
            browser.work.accounts[email] = browser.attempts
        else:
            browser.work.note_fault(f"creation: {created.status_code} {created.text[:300]}")
        browser.stop.wait(2)


def read_home_page(browser: RetryingBrowser) -> None:
    """The home page again and again: it is shown whole, or says what does not work."""
    while not browser.stop.is_set():
        browser.get("/")
        browser.work.pages_read += 1
        browser.stop.wait(0.2)


def _deposit_file(browser: RetryingBrowser, candidature: str, piece: str, content: bytes) -> bool:
    """Whether the portal acknowledged the file."""
    sent = browser.post(
        f"/justificatifs/{candidature}/depot/{piece}",
        files={"fichier": ("Pièce signée.pdf", content, "application/pdf")},
    )
    if sent.status_code != 303:
        browser.work.note_fault(f"deposit: {sent.status_code} {sent.text[:300]}")
    return sent.status_code == 303


def _unique_pdf() -> bytes:
    writer, written = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": secrets.token_hex(2_000)})
    writer.write(written)
    return written.getvalue()


@contextmanager
def running_in_threads(*actions: Callable[[], None], stop: threading.Event, work: AcknowledgedWork) -> Iterator[None]:
    """Each in a thread of its own until the block ends; each then finishes what it has begun."""

    def run(action: Callable[[], None]) -> None:
        try:
            action()
        except PortalLost:
            return
        except Exception as error:
            work.note_fault(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=run, args=(action,), daemon=True) for action in actions]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
