"""The load generator: `python -m tests.bench.load`, a process of its own, so that its cost is measured separately.

Reads a Load as JSON on its standard input and prints the LoadResult as JSON.
"""

import json
import random
import sys
import threading
import time
from dataclasses import asdict, dataclass, field

from tests.bench.candidate_journey import Choice, walk
from tests.bench.mails import Mails
from tests.bench.visitor import RETRY_SECONDS, Timings, UnexpectedAnswer, Visitor


@dataclass(frozen=True)
class Load:
    """`people` start `arrival` seconds apart. Each makes journeys, always with a new account, until `seconds` are over,
    and at least one. `pause`: seconds before each request, on average. Who `watches` waits for both documents right
    after the save."""

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
class LoadResult:
    """`lasted`: seconds until the last journey ended; `processor`: seconds that the generator itself used; `seconds` of
    each answer by step; `errors`: how many of each."""

    journeys: int = 0
    lasted: float = 0.0
    processor: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)


class Browser(threading.Thread):
    """One browser in which journeys are made one after the other."""

    def __init__(self, load: Load, number: int, mails: Mails) -> None:
        super().__init__()
        self._load = load
        self._number = number
        self._mails = mails
        self.timings = Timings()
        self.journeys = 0

    def run(self) -> None:
        until = time.monotonic() + self._load.seconds
        time.sleep(self._number * self._load.arrival)
        self._make_one_journey()
        while time.monotonic() < until:
            self._make_one_journey()

    def _make_one_journey(self) -> None:
        load = self._load
        visitor = Visitor(load.url, self.timings, self._pause if load.pause else lambda: None)
        address = f"mesure.{random.getrandbits(60):x}@{load.domain}"
        try:
            walk(visitor, address, self._mails, Choice(load.session, load.academie), load.watches)
            self.journeys += 1
        except UnexpectedAnswer as refusal:
            self.timings.failed(str(refusal))
            time.sleep(RETRY_SECONDS)
        finally:
            visitor.close()

    def _pause(self) -> None:
        """Sleep between half and one and a half times `pause`."""
        time.sleep(random.uniform(0.5, 1.5) * self._load.pause)


def run_load(load: Load) -> LoadResult:
    started, processor, mails = time.monotonic(), time.process_time(), Mails(load.mails)
    browsers = [Browser(load, number, mails) for number in range(load.people)]
    for browser in browsers:
        browser.start()
    for browser in browsers:
        browser.join()
    timings = Timings()
    for browser in browsers:
        timings.add(browser.timings)
    return LoadResult(
        sum(browser.journeys for browser in browsers),
        time.monotonic() - started,
        time.process_time() - processor,
        timings.seconds,
        timings.errors,
    )


if __name__ == "__main__":
    print(json.dumps(asdict(run_load(Load(**json.load(sys.stdin))))))
