"""The load generator: `python -m tests.bench.load`, a process of its own, so that its cost is
measured separately.

Reads a Load as JSON on its standard input and prints the LoadResult as JSON.
"""

import http.client
import json
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.bench import candidate_journey
from tests.bench.candidate_journey import CREATE, KEPT, LOG_IN
from tests.bench.visitor import (
    FORM,
    RETRY_SECONDS,
    TIMEOUT_SECONDS,
    Answer,
    Mails,
    Timings,
    UnexpectedAnswer,
    Visitor,
)

STRANGERS_ADDRESS = "127.2.0.1"
ALONE_SECONDS = 3.0
"""In which the wrong passwords come alone, before the first person."""
LONGEST_SECONDS = 180.0
"""As long as a page sends its form again (gateway/style/password_form.js)."""


@dataclass(frozen=True)
class Load:
    """`people` start `arrival` seconds apart. Each makes journeys, always with a new account, until
    `seconds` are over, and at least one. `pause`: seconds before each request, on average. Who
    `watches` waits for both documents right after the save.

    `strangers` makes it the crowd of a last evening: people come to their numbers without rest,
    each from an address of their own, beside one address that tries wrong passwords over so many
    connections, each of which asks again as soon as it is answered. All addresses are this
    machine's (127.0.0.0/8). `host`: of the portal, where `url` is that of a proxy before it.
    """

    url: str
    mails: str
    people: int
    seconds: float = 0.0
    pause: float = 0.0
    arrival: float = 0.25
    watches: bool = False
    session: str = "2022"
    academie: str = "03"
    domain: str = "example.org"
    strangers: int = 0
    host: str = ""


@dataclass
class LoadResult:
    """`lasted`: seconds until the last journey ended; `processor`: seconds that the generator
    itself used; `seconds` of each answer by step; `errors`: how many refusals (503) there were of
    each step; `without`: journeys that did not come to their end, by the answer that ended them;
    `to_strangers`: answers by status; `used`: processor seconds of each process of the portal,
    where these are measured."""

    journeys: int = 0
    lasted: float = 0.0
    processor: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    without: dict[str, int] = field(default_factory=dict)
    to_strangers: dict[str, int] = field(default_factory=dict)
    used: dict[str, float] = field(default_factory=dict)

    @property
    def a_minute(self) -> float:
        return self.journeys / self.lasted * 60


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
def one_address_tries_passwords(
    url: str, connections: int, *, source: str = "", headers: Mapping[str, str] | None = None
) -> Iterator[Counter[str]]:
    """While the block runs, from a process of its own; the answers by status are counted in what it
    gives, once the block has ended. `source` and `headers`: as of a Visitor."""
    over = multiprocessing.Event()
    counted = Counter[str]()
    answers: SimpleQueue[dict[str, int]] = multiprocessing.SimpleQueue()
    own = (source, 0) if source else None
    given = (url, connections, own, FORM | dict(headers or {}), over, answers)
    process = multiprocessing.Process(target=_try_passwords, args=given, daemon=True)
    process.start()
    try:
        yield counted
    finally:
        over.set()
        counted.update(answers.get())
        process.join()


def _try_passwords(
    url: str,
    connections: int,
    own: Any,
    headers: Mapping[str, str],
    over: Event,
    answers: SimpleQueue[dict[str, int]],
) -> None:
    with ThreadPoolExecutor(connections) as pool:
        counted = pool.map(lambda _: _try_over_one(url, own, headers, over), range(connections))
        answers.put(dict(sum(counted, Counter())))


def _try_over_one(url: str, own: Any, headers: Mapping[str, str], over: Event) -> Counter[str]:
    """Wrong passwords for addresses that nobody has; the answers by status."""
    parts = urlsplit(url)
    counted = Counter[str]()
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, TIMEOUT_SECONDS, own)
    while not over.is_set():
        body = urlencode(
            {"identifiant": f"{random.getrandbits(60):x}@example.org", "password": "Fausse/2021"}
        )
        try:
            connection.request("POST", "/connexion", body, headers)
            answer = connection.getresponse()
            answer.read()
            counted[str(answer.status)] += 1
        except Exception as error:  # whatever it is, what was counted is waited for
            counted[type(error).__name__] += 1
            connection.close()
    connection.close()
    return counted


def _make_journeys(load: Load, number: int, mails: Mails) -> tuple[int, Timings, Counter[str]]:
    """Of one person: how many ended, how long they waited, and what ended the others."""
    timings = Timings()
    without = Counter[str]()
    journeys = 0
    until = time.monotonic() + load.seconds
    time.sleep(number * load.arrival)
    while True:
        address = f"mesure.{random.getrandbits(60):x}@{load.domain}"
        visitor = _visitor(load, number, timings)
        try:
            if load.strangers:
                candidate_journey.comes_to_a_number(
                    visitor, address, mails, load.session, load.academie
                )
            else:
                candidate_journey.walk(
                    visitor, address, mails, load.session, load.academie, watches=load.watches
                )
            journeys += 1
        except UnexpectedAnswer as refusal:
            without[str(refusal)] += 1
            time.sleep(0 if load.strangers else RETRY_SECONDS)
        finally:
            visitor.close()
        if time.monotonic() >= until:
            return journeys, timings, without


def _visitor(load: Load, number: int, timings: Timings) -> Visitor:
    if load.strangers:
        source = f"127.1.{number // 250}.{number % 250 + 1}"
        return PageVisitor(load.url, timings, source=source, headers={"Host": load.host})
    return Visitor(load.url, timings, lambda: time.sleep(random.uniform(0.5, 1.5) * load.pause))


def _people(load: Load) -> LoadResult:
    started = time.monotonic()
    processor = time.process_time()
    mails = Mails(load.mails)
    with ThreadPoolExecutor(load.people) as browsers:
        made = list(
            browsers.map(lambda number: _make_journeys(load, number, mails), range(load.people))
        )
    result = LoadResult(
        lasted=time.monotonic() - started, processor=time.process_time() - processor
    )
    timings = Timings()
    without = Counter[str]()
    for journeys, of_one, ended in made:
        result.journeys += journeys
        timings.add(of_one)
        without += ended
    result.seconds = dict(timings.seconds)
    result.errors = dict(timings.errors)
    result.without = dict(without)
    return result


def run_load(load: Load) -> LoadResult:
    if not load.strangers:
        return _people(load)
    host = {"Host": load.host}
    with one_address_tries_passwords(
        load.url, load.strangers, source=STRANGERS_ADDRESS, headers=host
    ) as to_strangers:
        time.sleep(ALONE_SECONDS)
        result = _people(load)
    result.to_strangers = dict(to_strangers)
    return result


if __name__ == "__main__":
    print(json.dumps(asdict(run_load(Load(**json.load(sys.stdin))))))
