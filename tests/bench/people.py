"""The load: `python -m tests.bench.people`, a process of its own, so that its own cost is known and can be told apart.

Reads a Load as JSON on its standard input and prints what it met.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from dataclasses import asdict, dataclass, field

from tests.bench.candidate import Choice, walk
from tests.bench.mails import Mails
from tests.bench.visitor import NotAsExpected, Taken, Visitor

ARRIVAL_SECONDS = 0.25
"""Between one person's coming and the next one's."""


@dataclass(frozen=True)
class Load:
    """`people` who go on for `seconds`, each with a new account as soon as the last is through, at least one journey
    each; `pause` is what somebody rests before each request, on average."""

    url: str
    mails: str
    people: int
    seconds: float
    pause: float = 0.0
    session: str = "2022"
    academie: str = "03"
    domain: str = "example.org"


@dataclass
class Met:
    """What came of it. `lasted` is how long it took until the last was through."""

    journeys: int = 0
    lasted: float = 0.0
    processor: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return sum(map(len, self.seconds.values()))


def go_on(load: Load) -> Met:
    met, taken, lock = Met(), [Taken() for _ in range(load.people)], threading.Lock()
    mails, begun = Mails(load.mails), time.monotonic()

    def person(number: int) -> None:
        time.sleep(number * ARRIVAL_SECONDS)
        for journey in range(1_000_000):
            if journey and time.monotonic() - begun > load.seconds:
                return
            address = f"mesure.{random.getrandbits(60):x}.{number}@{load.domain}"
            visitor = Visitor(load.url, taken[number], _rest(load.pause))
            try:
                walk(visitor, address, mails, Choice(load.session, load.academie))
            except NotAsExpected as refusal:
                taken[number].failed(str(refusal))
            else:
                with lock:
                    met.journeys += 1
            finally:
                visitor.close()

    threads = [threading.Thread(target=person, args=(number,)) for number in range(load.people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    met.lasted, met.processor = time.monotonic() - begun, time.process_time()
    for one in taken:
        for step, seconds in one.seconds.items():
            met.seconds.setdefault(step, []).extend(seconds)
        for what, count in one.errors.items():
            met.errors[what] = met.errors.get(what, 0) + count
    return met


def _rest(pause: float):  # type: ignore[no-untyped-def]
    return (lambda: time.sleep(random.uniform(0.5, 1.5) * pause)) if pause else (lambda: None)


if __name__ == "__main__":
    print(json.dumps(asdict(go_on(Load(**json.load(sys.stdin))))))
