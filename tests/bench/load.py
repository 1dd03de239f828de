"""The load generator: `python -m tests.bench.load`, a process of its own, so that its cost is measured separately.

Reads a Load as JSON on its standard input and prints the LoadResult as JSON.
"""

import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field

from tests.bench.candidate_journey import Choice, walk
from tests.bench.visitor import RETRY_SECONDS, Mails, Timings, UnexpectedAnswer, Visitor


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


def _browse(load: Load, number: int, mails: Mails) -> tuple[int, Timings]:
    """Journeys in one browser, one after the other: how many ended, and how long people waited."""
    timings, journeys, until = Timings(), 0, time.monotonic() + load.seconds

    def pause() -> None:
        time.sleep(random.uniform(0.5, 1.5) * load.pause)

    time.sleep(number * load.arrival)
    while True:
        visitor = Visitor(load.url, timings, pause)
        address = f"mesure.{random.getrandbits(60):x}@{load.domain}"
        try:
            walk(visitor, address, mails, Choice(load.session, load.academie), load.watches)
            journeys += 1
        except UnexpectedAnswer as refusal:
            timings.failed(str(refusal))
            time.sleep(RETRY_SECONDS)
        finally:
            visitor.close()
        if time.monotonic() >= until:
            return journeys, timings


def run_load(load: Load) -> LoadResult:
    started, processor, mails = time.monotonic(), time.process_time(), Mails(load.mails)
    with ThreadPoolExecutor(load.people) as browsers:
        made = list(browsers.map(lambda number: _browse(load, number, mails), range(load.people)))
    timings = Timings()
    for _, of_one in made:
        timings.add(of_one)
    lasted, processor = time.monotonic() - started, time.process_time() - processor
    return LoadResult(sum(journeys for journeys, _ in made), lasted, processor, timings.seconds, timings.errors)


if __name__ == "__main__":
    print(json.dumps(asdict(run_load(Load(**json.load(sys.stdin))))))
