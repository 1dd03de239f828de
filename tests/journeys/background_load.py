"""People at work while their portal is disturbed: each request is sent again until it is answered,
and what was acknowledged is noted, to be compared afterwards with what the portal holds."""

import hashlib
import io
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

import requests
from pypdf import PdfWriter

from services.chassis.process.places import REFUSAL
from services.contracts import problem_types
from tests.accounts.creation_form import creation_form
from tests.journeys import personas
from tests.journeys.justificatifs_page import RegisteredCandidate
from tests.support.continuous_requests import in_threads
from tests.support.processes import ServiceFailed, wait_until
from tests.support.running_portal import RunningPortal
from tests.support.scriptless_browser import SAME_ORIGIN

LAST_TAB = 9
_DRAFT = re.compile(r"/inscription/[0-9a-f]{32}(?=/\d)")
_REVISION = re.compile(r'name="revision" value="(\d+)"')
# REFUSAL stands in a form whose service had no database. The last one stands in a form that found
# no place: it is shown again, filled, and says when to send it.
AWAY_SENTENCES = (
    problem_types.UNAVAILABLE.title,
    REFUSAL,
    "ne répond pas",
    "n'a pas pu être",
    "renvoyez ce formulaire dans",
)
PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.3
# Between two saves of a candidate: each makes two PDFs, and what waits for its turn has to be
# waited for at the end.
SAVE_SECONDS = 4.0


@dataclass(frozen=True)
class Acknowledgement:
    """One write that was acknowledged. By `kind`, `subject` and `value` are: "account", its mail
    address and nothing; "version", the candidature and how many new versions it then had;
    "deposit", the piece and the file's SHA-256. `at` is in seconds since 1970."""

    kind: str
    subject: str
    value: str
    at: float


@dataclass
class Saves:
    """Of one candidature: how many drafts were sent to be saved, and how many new versions were
    acknowledged."""

    attempts: int = 1
    acknowledged: int = 1


@dataclass
class Deposits:
    """Of one piece: the SHA-256 of the last file that was acknowledged, and of those tried since
    without an answer."""

    acknowledged: str = ""
    unanswered: set[str] = field(default_factory=set)


@dataclass
class AcknowledgedWork:
    """Written by the load's threads. `unreplaced_files` are the SHA-256 of files that nobody
    replaces; `accounts` are addresses, each with how often its form was sent until it was answered;
    `refusals` are the error pages shown while a part was away; `faults` are answers that must never
    be shown: neither what was asked for, nor a page that says what does not work."""

    saves: dict[str, Saves] = field(default_factory=dict)
    deposits: dict[tuple[str, str], Deposits] = field(default_factory=dict)
    unreplaced_files: dict[tuple[str, str], str] = field(default_factory=dict)
    accounts: dict[str, int] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    acknowledged: list[Acknowledgement] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    pages_read: int = 0

    def acknowledge(self, kind: str, subject: str, value: str = "") -> None:
        self.acknowledged.append(Acknowledgement(kind, subject, value, time.time()))

    @property
    def summary(self) -> str:
        versions = sum(saves.acknowledged for saves in self.saves.values())
        return (
            f"{len(self.accounts)} accounts, {versions} versions of {len(self.saves)} "
            f"candidatures, {len(self.deposits)} pieces deposited, {self.pages_read} pages read; "
            f"meanwhile met: {dict(Counter(self.refusals))}"
        )


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
            try:
                answer = self._session.request(
                    method,
                    self.url + path,
                    allow_redirects=False,
                    timeout=(5, 45),
                    **sent,  # type: ignore[arg-type]
                )
            except requests.RequestException as error:  # its gateway is away
                self.work.refusals.append(type(error).__name__)
            else:
                if answer.status_code < 500:
                    return answer
                if _says_when_to_come_back(answer):
                    self.work.refusals.append("503")
                else:
                    self.note_fault(f"{method} {path}", answer)
            if self.lost.wait(PAUSE_SECONDS):
                raise PortalLost
        raise TimeoutError(f"{method} {path}: no usable answer within {PATIENCE_SECONDS:g} s")

    def note_fault(self, asked: str, answer: requests.Response) -> None:
        """With the words of its page, from where it is about what was asked."""
        words = " ".join(re.sub(r"<[^>]*>", " ", answer.text.partition("<main")[2]).split())[:500]
        self.work.faults.append(f"{asked}: {answer.status_code} {words}")


def _says_when_to_come_back(answer: requests.Response) -> bool:
    sentence = any(words in answer.text.replace("’", "'") for words in AWAY_SENTENCES)
    return answer.status_code == 503 and "Retry-After" in answer.headers and sentence


def save_again(browser: RetryingBrowser, candidature: str) -> bool:
    """« Modifier » and « Enregistrer »: whether one more version was acknowledged."""
    saves = browser.work.saves.setdefault(candidature, Saves())
    begun = browser.post(f"/inscriptions/{candidature}/modification")
    draft = _DRAFT.search(begun.headers.get("Location", ""))
    if draft is None:
        browser.note_fault("modification", begun)
        return False
    tab = f"{draft[0]}/{LAST_TAB}"
    revision = _REVISION.search(browser.get(tab).text)
    if revision is None:
        return False  # the draft was saved by a press that was not answered
    saves.attempts += 1
    saved = browser.post(tab, data={"action": "save", "revision": revision[1]})
    if saved.status_code != 303 or candidature not in saved.headers["Location"]:
        return False
    browser.work.acknowledge("version", candidature, str(saves.acknowledged))
    saves.acknowledged += 1
    return True


def save_repeatedly(browser: RetryingBrowser, candidature: str) -> None:
    while not browser.stop.is_set():
        browser.stop.wait(SAVE_SECONDS if save_again(browser, candidature) else PAUSE_SECONDS)


def deposit_repeatedly(browser: RetryingBrowser, candidature: str, piece: str) -> None:
    """« Envoyer une pièce jointe »: one file after the other, each replacing the last one."""
    deposits = browser.work.deposits.setdefault((candidature, piece), Deposits())
    while not browser.stop.is_set():
        content = unique_pdf()
        deposits.unanswered.add(_digest(content))
        if _deposit_file(browser, candidature, piece, content):
            deposits.acknowledged = _digest(content)
            deposits.unanswered = set()
        browser.stop.wait(0.5)


def create_accounts(browser: RetryingBrowser) -> None:
    """« Créer le compte », one address after the other."""
    while not browser.stop.is_set():
        email = personas.new_address()
        created = browser.post(
            "/compte/creation", data=creation_form(email=email, email_confirmation=email)
        )
        if created.status_code == 303 and created.headers["Location"].endswith(
            "/compte/creation/confirmation"
        ):
            browser.work.acknowledge("account", email)
            browser.work.accounts[email] = browser.attempts
        else:
            browser.note_fault("creation", created)
        browser.stop.wait(2)


def read_home_page(browser: RetryingBrowser) -> None:
    while not browser.stop.is_set():
        browser.get("/")
        browser.work.pages_read += 1
        browser.stop.wait(0.2)


def _deposit_file(browser: RetryingBrowser, candidature: str, piece: str, content: bytes) -> bool:
    """Whether the portal acknowledged the file."""
    file = ("Pièce signée.pdf", content, "application/pdf")
    sent = browser.post(f"/justificatifs/{candidature}/depot/{piece}", files={"fichier": file})
    if sent.status_code != 303:
        browser.note_fault("deposit", sent)
        return False
    browser.work.acknowledge("deposit", piece, _digest(content))
    return True


def unique_pdf(size: int = 4_000) -> bytes:
    writer = PdfWriter()
    written = io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": secrets.token_hex(size // 2)})
    writer.write(written)
    return written.getvalue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class PeopleAtWork:
    """Candidates who are registered in a portal that is disturbed, and the ledger of what all were
    answered."""

    def __init__(self, portal: RunningPortal, candidates: list[RegisteredCandidate]) -> None:
        self.portal = portal
        self.candidates = candidates
        self.ledger = AcknowledgedWork()
        self.lost = threading.Event()
        """To be set when the portal is gone for good."""

    @contextmanager
    def load(self, *others: Callable[[RetryingBrowser], None]) -> Iterator[None]:
        """Every candidate saves and deposits, others make accounts and read, until the block ends;
        `others` are acts of the first candidate."""
        stop = threading.Event()
        everybody = [
            partial(act, self.visit({}, stop)) for act in (create_accounts, read_home_page)
        ]
        everybody += [partial(act, self.visit(self.candidates[0].cookies, stop)) for act in others]
        for candidate in self.candidates:
            cookies = candidate.cookies
            candidature = candidate.candidature
            everybody.append(partial(save_repeatedly, self.visit(cookies, stop), candidature))
            deposited = (candidature, candidate.replaced_piece)
            everybody.append(partial(deposit_repeatedly, self.visit(cookies, stop), *deposited))
        with in_threads(stop, *(partial(self._do, act) for act in everybody)):
            yield

    def _do(self, act: Callable[[], None]) -> None:
        try:
            act()
        except PortalLost:
            return
        except Exception as error:
            self.ledger.faults.append(f"{type(error).__name__}: {error}")

    def visit(
        self, cookies: dict[str, str], stop: threading.Event | None = None
    ) -> RetryingBrowser:
        return RetryingBrowser(
            self.portal.url, self.ledger, cookies, stop or threading.Event(), self.lost
        )

    def deposit_for_good(self, candidate: RegisteredCandidate) -> None:
        """A file that nobody replaces."""
        content = unique_pdf()
        piece = candidate.unreplaced_piece
        if _deposit_file(self.visit(candidate.cookies), candidate.candidature, piece, content):
            self.ledger.unreplaced_files[candidate.candidature, piece] = _digest(content)

    def wait_until_answered(self, after: str, seconds: float, times: int = 1) -> None:
        """Wait until each candidature has `times` versions and files more, and there are accounts
        and pages more.

        Raises ServiceFailed, with what `after` disturbed the portal, after `seconds`.
        """
        before = self._counts()
        began = time.monotonic()
        try:
            wait_until(
                lambda: all(
                    now - then >= times for now, then in zip(self._counts(), before, strict=True)
                ),
                seconds,
                f"everybody answered again after {after}",
            )
        except ServiceFailed as failure:
            raise ServiceFailed(f"{failure}; {self.ledger.summary}; {self.ledger.faults}") from None
        took = time.monotonic() - began
        print(
            f"\n{after}: everybody answered again within {took:.1f} s; {self.ledger.summary}",
            end="",
            flush=True,
        )

    def _counts(self) -> list[int]:
        told = Counter((act.kind, act.subject) for act in list(self.ledger.acknowledged))
        versions = [told["version", candidate.candidature] for candidate in self.candidates]
        deposits = [told["deposit", candidate.replaced_piece] for candidate in self.candidates]
        return [*versions, *deposits, len(self.ledger.accounts), self.ledger.pages_read]

    def replaced_files_open(self) -> None:
        """Each is the one that was acknowledged last, or one that was tried since without an
        answer."""
        for candidate in self.candidates:
            deposits = self.ledger.deposits[candidate.candidature, candidate.replaced_piece]
            digest = self._digest_of(candidate, candidate.replaced_piece)
            assert digest in {deposits.acknowledged, *deposits.unanswered}, candidate.candidature

    def unreplaced_files_open(self) -> None:
        for candidate in self.candidates:
            deposited = self.ledger.unreplaced_files[
                candidate.candidature, candidate.unreplaced_piece
            ]
            assert self._digest_of(candidate, candidate.unreplaced_piece) == deposited, (
                candidate.candidature
            )

    def _digest_of(self, candidate: RegisteredCandidate, piece: str) -> str:
        return _digest(self.visit(candidate.cookies).get(f"/justificatifs/fichier/{piece}").content)
