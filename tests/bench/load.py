"""The load: `python -m tests.bench.load`, a process of its own, so that its own cost is known and can be told apart.

Reads a Load as JSON on its standard input and prints what it met.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from dataclasses import asdict, dataclass, field

from tests.bench.candidate_journey import Choice, walk
from tests.bench.mails import Mails
from tests.bench.visitor import RETRY_SECONDS, NotAsExpected, Taken, Visitor


@dataclass(frozen=True)
class Load:
    """`people` come one after the other, `arrival` seconds apart, and go on until `seconds` are over: each with a new
    account as soon as he is through with the last, and at least once. `pause` is what somebody rests before each
    request, on average; who `watches` looks for his documents as soon as he has saved."""

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


@dataclass
class Met:
    """What came of it. `lasted` is how long it took until the last was through, `processor` what the load took."""

    journeys: int = 0
    lasted: float = 0.0
    processor: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)


class Person(threading.Thread):
    """One after the other of those who use this browser."""

    def __init__(self, load: Load, number: int, mails: Mails) -> None:
        super().__init__()
        self._load = load
        self._number = number
        self._mails = mails
        self.taken = Taken()
        self.journeys = 0

    def run(self) -> None:
        until = time.monotonic() + self._load.seconds
        time.sleep(self._number * self._load.arrival)
        self._walks()
        while time.monotonic() < until:
            self._walks()

    def _walks(self) -> None:
        load = self._load
        visitor = Visitor(load.url, self.taken, self._rests if load.pause else lambda: None)
        address = f"mesure.{random.getrandbits(60):x}@{load.domain}"
        try:
            walk(visitor, address, self._mails, Choice(load.session, load.academie), load.watches)
            self.journeys += 1
        except NotAsExpected as refusal:
            self.taken.failed(str(refusal))
            time.sleep(RETRY_SECONDS)
        finally:
            visitor.close()

    def _rests(self) -> None:
        """Between half and one and a half times as long."""
        time.sleep(random.uniform(0.5, 1.5) * self._load.pause)


def go_on(load: Load) -> Met:
    begun, processor, mails = time.monotonic(), time.process_time(), Mails(load.mails)
    persons = [Person(load, number, mails) for number in range(load.people)]
    for person in persons:
        person.start()
    for person in persons:
        person.join()
    taken = Taken()
    for person in persons:
        taken.add(person.taken)
    return Met(
        sum(person.journeys for person in persons),
        time.monotonic() - begun,
        time.process_time() - processor,
        taken.seconds,
        taken.errors,
    )


if __name__ == "__main__":
    print(json.dumps(asdict(go_on(Load(**json.load(sys.stdin))))))
