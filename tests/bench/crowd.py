"""The crowd of a last evening: `python -m tests.bench.crowd`, a process of its own.

People without rest, each from an address of their own, make accounts and registrations to their numbers. Beside them
one address tries wrong passwords over many connections, each of which asks again as soon as it is answered. All
addresses are this machine's (127.0.0.0/8). Reads a Crowd as JSON on its standard input, prints the CrowdResult as JSON.
"""

import http.client
import json
import multiprocessing
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.bench.candidate_journey import CREATE, KEPT, LOG_IN, Choice, create_account, log_in, registers
from tests.bench.visitor import FORM, SAME_ORIGIN, TIMEOUT_SECONDS, Answer, Mails, Timings, UnexpectedAnswer, Visitor

STRANGERS_ADDRESS = "127.2.0.1"
LATEST_START_SECONDS = 5.0
ALONE_SECONDS = 3.0
"""In which the wrong passwords come alone, before the first person."""
LONGEST_SECONDS = 180.0
"""As long as a page sends its form again (gateway/style/password_form.js)."""


@dataclass(frozen=True)
class Crowd:
    """`people` begin journeys for so many `seconds`; `connections`: of the address that tries passwords until the last
    of these journeys has ended. `host`: of the portal at `url`, which may be that of a proxy before it."""

    url: str
    host: str
    mails: str
    people: int
    connections: int
    seconds: float


@dataclass
class CrowdResult:
    """`numbers`: journeys that ended with one; `without`: those that did not, by the answer that ended them;
    `refusals`: answers of 503, by step; `seconds` of each answer by step; `to_strangers`: answers by status."""

    numbers: int = 0
    lasted: float = 0.0
    without: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    to_strangers: dict[str, int] = field(default_factory=dict)


class PageVisitor(Visitor):
    """Sends again what the scripts of the page send again by themselves, and nothing else."""

    _until: float | None = None

    def comes_back(self, step: str, answer: Answer) -> bool:
        if step not in (LOG_IN, KEPT) and not (step == CREATE and answer.nothing_done):
            return False
        self._until = self._until or time.monotonic() + LONGEST_SECONDS
        time.sleep(answer.retry_after * (1 + random.random()))
        return time.monotonic() < self._until


class Person(threading.Thread):
    def __init__(self, crowd: Crowd, number: int, mails: Mails) -> None:
        super().__init__()
        self._crowd, self._mails = crowd, mails
        self._address = f"127.1.{number // 250}.{number % 250 + 1}"
        self.timings, self.numbers, self.without = Timings(), 0, Counter[str]()

    def run(self) -> None:
        until = time.monotonic() + self._crowd.seconds
        time.sleep(random.uniform(0, LATEST_START_SECONDS))
        while time.monotonic() < until:
            self._make_one_journey()

    def _make_one_journey(self) -> None:
        host = {"Host": self._crowd.host}
        visitor = PageVisitor(self._crowd.url, self.timings, source=self._address, headers=host)
        mail_address = f"foule.{random.getrandbits(60):x}@example.org"
        try:
            create_account(visitor, mail_address, self._mails)
            log_in(visitor, mail_address)
            registers(visitor, Choice())
            self.numbers += 1
        except UnexpectedAnswer as refusal:
            self.without[str(refusal)] += 1
        finally:
            visitor.close()


@contextmanager
def one_address_tries_passwords(
    url: str, connections: int, *, source: str = "", headers: Mapping[str, str] | None = None
) -> Iterator[Counter[str]]:
    """While the block runs, from a process of its own; the answers by status are counted in what it gives, once the
    block has ended. `source` and `headers`: as of a Visitor."""
    over, counted = multiprocessing.Event(), Counter[str]()
    answers: SimpleQueue[dict[str, int]] = multiprocessing.SimpleQueue()
    own = (source, 0) if source else None
    given = (url, connections, own, SAME_ORIGIN | FORM | dict(headers or {}), over, answers)
    process = multiprocessing.Process(target=_try_passwords, args=given, daemon=True)
    process.start()
    try:
        yield counted
    finally:
        over.set()
        counted.update(answers.get())
        process.join()


def _try_passwords(
    url: str, connections: int, own: Any, headers: Mapping[str, str], over: Event, answers: SimpleQueue[dict[str, int]]
) -> None:
    counted: list[Counter[str]] = [Counter() for _ in range(connections)]
    threads = [threading.Thread(target=_try_over_one, args=(url, own, headers, over, mine)) for mine in counted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(dict(sum(counted, Counter())))


def _try_over_one(url: str, own: Any, headers: Mapping[str, str], over: Event, counted: Counter[str]) -> None:
    """Wrong passwords for addresses that nobody has."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, TIMEOUT_SECONDS, own)
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


def meet(crowd: Crowd) -> CrowdResult:
    host = {"Host": crowd.host}
    tries = one_address_tries_passwords(crowd.url, crowd.connections, source=STRANGERS_ADDRESS, headers=host)
    with tries as to_strangers:
        time.sleep(ALONE_SECONDS)
        started, mails = time.monotonic(), Mails(crowd.mails)
        people = [Person(crowd, number, mails) for number in range(crowd.people)]
        for person in people:
            person.start()
        for person in people:
            person.join()
        lasted = time.monotonic() - started
    timings, without = Timings(), Counter[str]()
    for person in people:
        timings.add(person.timings)
        without += person.without
    numbers = sum(person.numbers for person in people)
    return CrowdResult(numbers, lasted, dict(without), timings.errors, timings.seconds, dict(to_strangers))


if __name__ == "__main__":
    print(json.dumps(asdict(meet(Crowd(**json.load(sys.stdin))))))
