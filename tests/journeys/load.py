"""People who go on while the portal is disturbed: each tries again until he is answered, and the ledger keeps what he
was told."""

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

from tests.accounts.creation_form import creation_form
from tests.journeys import people
from tests.journeys.forms import FROM_US, last_tab, save
from tests.journeys.ledger import Deposits, Ledger, Saves

AWAY = ("momentanément indisponible", "ne répond pas", "n'a pas pu être")
PATIENCE_SECONDS = 90.0
BREATH_SECONDS = 0.3


class NotAnswered(Exception):
    """Nobody answered sensibly within the patience of a candidate."""


class PortalLost(Exception):
    """What was being asked for will not be answered any more."""


@dataclass
class Visit:
    """Someone's browser without a script: cookies, and the patience to send again what was not answered."""

    url: str
    ledger: Ledger
    cookies: dict[str, str]
    stop: threading.Event
    lost: threading.Event = field(default_factory=threading.Event)
    """Set when nobody shall wait for an answer any more."""
    tries: int = 0
    """How often the last request was sent."""

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.cookies.update(self.cookies)
        self._session.headers.update(FROM_US)

    def get(self, path: str) -> requests.Response:
        return self._patiently("GET", path)

    def post(self, path: str, **sent: object) -> requests.Response:
        return self._patiently("POST", path, **sent)

    def _patiently(self, method: str, path: str, **sent: object) -> requests.Response:
        until = time.monotonic() + PATIENCE_SECONDS
        self.tries = 0
        while time.monotonic() < until:
            self.tries += 1
            answer = self.once(method, path, **sent)
            if answer is not None:
                return answer
            if self.lost.wait(BREATH_SECONDS):
                raise PortalLost
        raise NotAnswered(f"{method} {path}")

    def once(self, method: str, path: str, **sent: object) -> requests.Response | None:
        """None where the portal said that it cannot at the moment, or where its gateway is away."""
        try:
            answer = self._session.request(
                method, self.url + path, allow_redirects=False, timeout=(5, 45), **sent  # type: ignore[arg-type]
            )  # fmt: skip
        except requests.RequestException as error:
            self.ledger.met(type(error).__name__)
            return None
        if answer.status_code < 500:
            return answer
        if answer.status_code == 503 and any(words in answer.text.replace("’", "'") for words in AWAY):
            self.ledger.met("503")
        else:
            self.ledger.broke(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return None


def saves_again_and_again(visit: Visit, candidature: str) -> None:
    """« Modifier » and « Enregistrer », version after version."""
    saves = visit.ledger.saves.setdefault(candidature, Saves())
    while not visit.stop.is_set():
        begun = visit.post(f"/inscriptions/{candidature}/modification")
        tab = last_tab(begun)
        if tab is None:
            visit.ledger.broke(f"modification: {begun.status_code} {begun.text[:300]}")
            return
        data = save(visit.get(tab))
        if data is None:
            continue  # the draft was saved by a press that was not answered
        saves.tried += 1
        saved = visit.post(tab, data=data)
        if saved.status_code == 303 and candidature in saved.headers["Location"]:
            visit.ledger.acknowledge("version", candidature, str(saves.acknowledged))
            saves.acknowledged += 1
        visit.stop.wait(1)


def deposits_again_and_again(visit: Visit, candidature: str, piece: str) -> None:
    """« Envoyer une pièce jointe »: one file after the other, each in the last one's place."""
    deposits = visit.ledger.deposits.setdefault((candidature, piece), Deposits())
    while not visit.stop.is_set():
        content = _a_pdf_like_no_other()
        digest = hashlib.sha256(content).hexdigest()
        deposits.unanswered.add(digest)
        if _sends(visit, candidature, piece, content):
            visit.ledger.acknowledge("deposit", piece, digest)
            deposits.acknowledged, deposits.unanswered = digest, set()
        visit.stop.wait(0.5)


def deposits_for_good(visit: Visit, candidature: str, piece: str) -> None:
    """One file, once, which stays."""
    content = _a_pdf_like_no_other()
    if _sends(visit, candidature, piece, content):
        digest = hashlib.sha256(content).hexdigest()
        visit.ledger.acknowledge("deposit", piece, digest)
        visit.ledger.kept[candidature, piece] = digest


def makes_accounts(visit: Visit) -> None:
    """« Créer le compte », one address after the other."""
    while not visit.stop.is_set():
        email = people.new_address()
        typed = creation_form(email=email, email_confirmation=email)
        made = visit.post("/compte/creation", data=typed)
        if made.status_code == 303 and made.headers["Location"].endswith("/compte/creation/confirmation"):
            visit.ledger.acknowledge("account", email, "")
            visit.ledger.accounts[email] = visit.tries
        else:
            visit.ledger.broke(f"creation: {made.status_code} {made.text[:300]}")
        visit.stop.wait(2)


def reads(visit: Visit) -> None:
    """The home page, which says what does not work or shows itself."""
    while not visit.stop.is_set():
        visit.get("/")
        visit.ledger.reads += 1
        visit.stop.wait(0.2)


def _sends(visit: Visit, candidature: str, piece: str, content: bytes) -> bool:
    """Whether the portal said that it has the file."""
    sent = visit.post(
        f"/justificatifs/{candidature}/depot/{piece}",
        files={"fichier": ("Pièce signée.pdf", content, "application/pdf")},
    )
    if sent.status_code != 303:
        visit.ledger.broke(f"deposit: {sent.status_code} {sent.text[:300]}")
    return sent.status_code == 303


def _a_pdf_like_no_other() -> bytes:
    writer, written = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": secrets.token_hex(2_000)})
    writer.write(written)
    return written.getvalue()


@contextmanager
def going_on(*doings: Callable[[], None], stop: threading.Event, ledger: Ledger) -> Iterator[None]:
    """Each in a thread of its own, until the block ends; what they are at is finished."""

    def told(doing: Callable[[], None]) -> None:
        try:
            doing()
        except PortalLost:
            return
        except Exception as error:
            ledger.broke(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=told, args=(doing,), daemon=True) for doing in doings]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
