"""The door behind nginx: one address with many connections keeps nobody else out, whoever finds no place is sent again,
and what is kept of one candidate has an end."""

from __future__ import annotations

import http.client
import multiprocessing
import random
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import requests

from tests.bench.candidate_journey import CREATE, KEPT, LOG_IN, create_account, log_in
from tests.bench.visitor import FORM, TIMEOUT_SECONDS, Answer, Mails, Timings, Visitor
from tests.composed.test_draining import TIMEOUT
from tests.journeys import personas
from tests.journeys.justificatifs_page import JustificatifsPage
from tests.pieces.sample_files import heavy_pdf
from tests.support.chromium import cookies_of
from tests.support.processes import wait_until
from tests.support.scriptless_browser import SAME_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Event

    from tests.journeys.candidate import Candidate
    from tests.journeys.conftest import NewCandidate
    from tests.support.composed_portal import ComposedPortal

CONNECTIONS, PEOPLE, LOG_INS = 200, 8, 3
MORE_THAN_WAIT = 500
"""Forms with a password of one address, in the proxy."""
REFUSED_SECONDS = 120.0
FILE_BYTES = 3_000_000
"""Two of these are more than is kept of one candidate in this portal."""
LONGEST_SECONDS = 180.0
"""As long as a page sends its form again (gateway/style/password_form.js)."""
_LINK = re.compile(r"/compte/activation/[\w-]+")
_PLACE = re.compile(r'href="(/justificatifs/[0-9a-f]{32}/depot/[0-9a-f]{32})"')


class PageVisitor(Visitor):
    """Sends again what the scripts of the page send again by themselves, and nothing else."""

    _until: float | None = None

    def comes_back(self, step: str, answer: Answer) -> bool:
        if step not in (LOG_IN, KEPT) and not (step == CREATE and answer.nothing_done):
            return False
        self._until = self._until or time.monotonic() + LONGEST_SECONDS
        time.sleep(answer.retry_after * (1 + random.random()))
        return time.monotonic() < self._until


@contextmanager
def one_address_tries_passwords(url: str, connections: int, address: str | None = None) -> Iterator[Counter[str]]:
    """While the block runs, from a process of its own; the answers by status are counted in what it gives, once the
    block has ended."""
    over, counted = multiprocessing.Event(), Counter[str]()
    answers: SimpleQueue[dict[str, int]] = multiprocessing.SimpleQueue()
    headers = SAME_ORIGIN | FORM | ({"X-Forwarded-For": address} if address else {})
    given = (url, connections, headers, over, answers)
    process = multiprocessing.Process(target=_try_passwords, args=given, daemon=True)
    process.start()
    try:
        yield counted
    finally:
        over.set()
        counted.update(answers.get())
        process.join()


def _try_passwords(
    url: str, connections: int, headers: Mapping[str, str], over: Event, answers: SimpleQueue[dict[str, int]]
) -> None:
    with ThreadPoolExecutor(connections) as pool:
        counted = pool.map(lambda _: _try_over_one(url, headers, over), range(connections))
        answers.put(dict(sum(counted, Counter())))


def _try_over_one(url: str, headers: Mapping[str, str], over: Event) -> Counter[str]:
    """Wrong passwords for addresses that nobody has."""
    parts, counted = urlsplit(url), Counter[str]()
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, TIMEOUT_SECONDS)
    while not over.is_set():
        body = urlencode({"identifiant": f"{random.getrandbits(60):x}@example.org", "password": "Fausse/2021"})
        try:
            connection.request("POST", "/connexion", body, headers)
            answer = connection.getresponse()
            answer.read()
            counted[str(answer.status)] += 1
        except (OSError, http.client.HTTPException) as error:
            counted[type(error).__name__] += 1
            connection.close()
    connection.close()
    return counted


class PortalMails(Mails):
    def __init__(self, portal: ComposedPortal) -> None:
        self._portal = portal

    def link(self, address: str) -> str:
        found = _LINK.search(self._portal.mail(address, "Activer mon compte").text)
        assert found
        return found[0]


def visitor_from(composed: ComposedPortal, address: str) -> PageVisitor:
    return PageVisitor(composed.url, Timings(), headers={"X-Forwarded-For": address})


def test_one_address_with_many_connections_keeps_nobody_of_another_from_logging_in(composed: ComposedPortal) -> None:
    people = {f"192.0.2.{number}": f"foule.{number}@example.org" for number in range(1, PEOPLE + 1)}
    refusals: list[int] = []
    for address, mail_address in people.items():
        create_account(visitor_from(composed, address), mail_address, PortalMails(composed))

    def logs_in(person: tuple[str, str]) -> None:
        """Raises UnexpectedAnswer at an answer that the page does not overcome."""
        for _ in range(LOG_INS):
            visitor = visitor_from(composed, person[0])
            log_in(visitor, person[1])
            refusals.append(sum(visitor.timings.errors.values()))

    flood = one_address_tries_passwords(composed.url, CONNECTIONS, "198.51.100.1")
    with flood as tried, ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(logs_in, people.items()))
    print(f"\nto the one address: {dict(tried)}, refused once and let in: {sum(refusals)}")
    assert tried["401"] > 0
    assert sum(refusals) < PEOPLE, "they waited for the one address"


def test_a_log_in_without_a_place_is_sent_again_by_its_page(
    composed: ComposedPortal, new_candidate: NewCandidate
) -> None:
    """From the address of the many connections, which has hardly a place."""
    someone = new_candidate(composed, personas.another_dubois())
    someone.creates_account()
    someone.activates_account()
    with one_address_tries_passwords(composed.url, MORE_THAN_WAIT):
        wait_until(lambda: finds_no_place(someone), REFUSED_SECONDS, "a log-in without a place")
    someone.user.shows("Date de dernière connexion :")


def finds_no_place(someone: Candidate) -> bool:
    """Presses once; who gets in is a stranger again."""
    refused = someone.page.get_by_text("ce formulaire sera renvoyé de lui-même")
    someone.user.open("/connexion")
    someone.user.fill({"Identifiant de connexion": someone.persona.email, "Mot de passe": personas.PASSWORD})
    someone.page.get_by_role("button", name="Me connecter").last.click()
    refused.or_(someone.page.get_by_text("Date de dernière connexion")).first.wait_for()
    if refused.is_visible():
        return True
    someone.page.context.clear_cookies()
    return False


def test_what_is_kept_of_one_candidate_has_an_end_that_is_said(
    composed: ComposedPortal, new_candidate: NewCandidate
) -> None:
    someone = new_candidate(composed, personas.another_dubois())
    someone.registers()
    JustificatifsPage(someone)
    place, cookies = _PLACE.findall(someone.page.content())[0], cookies_of(someone.page)

    def deposits(number: int) -> requests.Response:
        file = {"fichier": (f"{number}.pdf", heavy_pdf(FILE_BYTES), "application/pdf")}
        address = composed.url + place
        return requests.post(
            address, files=file, cookies=cookies, headers=SAME_ORIGIN, timeout=TIMEOUT, allow_redirects=False
        )

    assert [deposits(number).status_code for number in range(3)] == [303] * 3
    JustificatifsPage(someone)
    someone.user.shows("ne remplacez plus que ce qui doit l'être")
    refused = deposits(3)
    assert refused.status_code == 413
    assert "au plus par candidat : celui-ci n&#39;a pas été enregistré, ce qui est déposé reste." in refused.text
