"""A portal under measurement in one of its modes: puts a load on it, reads what each process used for it and records
how long people waited."""

import json
import random
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.bench.candidate_journey import create_account, log_in
from tests.bench.crowd import Crowd, CrowdResult
from tests.bench.load import Load, LoadResult
from tests.bench.process_usage import Usage, usage, used_since
from tests.bench.record import record
from tests.bench.visitor import Mails, Timings, Visitor
from tests.support.launched_portal import LaunchedPortal
from tests.support.processes import wait_until

ONE_MACHINE, ON_SERVERS = "one machine", "PostgreSQL, RabbitMQ, S3"
IDLE_WITHIN_SECONDS, REST_SECONDS = 180.0, 1.0
IDLE_BELOW = 0.25
"""Processor seconds in REST_SECONDS below which the workers count as idle."""
READING_SECONDS = 1.0
"""Pause of each person before the next page; nobody reads faster. Without it each person waits for all the others,
whatever the pages cost."""
PERCENTS = (50, 95, 99)


@dataclass(frozen=True)
class Measured:
    """The result of a load, and what each process used for it."""

    result: LoadResult
    usage: Mapping[str, Usage]

    @property
    def per_journey(self) -> dict[str, float]:
        return {name: used.processor / max(self.result.journeys, 1) for name, used in self.usage.items()}

    @property
    def a_minute(self) -> float:
        return self.result.journeys / self.result.lasted * 60


def pids_of(portal: LaunchedPortal) -> dict[str, int]:
    """« gateway », « accounts », « accounts-worker », « objects » …; the launcher itself is not among them."""
    return {name: process.pid for name, process in portal.processes().items()}


class Installation:
    """`label` names the mode in the table of figures; `servers` are processes beside the portal's own, by name; `proxy`
    is the address of the one before the portal, by which a crowd comes."""

    def __init__(
        self, label: str, portal: LaunchedPortal, mails: Path, servers: Mapping[str, int], proxy: str = ""
    ) -> None:
        self.label = label
        self._door = proxy or portal.url
        self.portal = portal
        self._mails = mails
        self._servers = dict(servers)

    @property
    def pids(self) -> dict[str, int]:
        return pids_of(self.portal) | self._servers

    def measure_load(self, people: int, **given: float | bool) -> Measured:
        """Put the load on, and wait until the workers have done all that follows from it."""
        load = Load(self.portal.url, str(self._mails), people, **given)  # type: ignore[arg-type]
        pids = self.pids
        before = usage(pids)
        result = run_load_process(load)
        self._wait_until_idle(pids)
        return Measured(result, used_since(before, pids))

    def meet_crowd(self, people: int, connections: int, seconds: float) -> CrowdResult:
        """Wait until all that follows from it is done, too."""
        crowd = Crowd(self._door, urlsplit(self.portal.url).netloc, str(self._mails), people, connections, seconds)
        result = CrowdResult(**_run("tests.bench.crowd", asdict(crowd)))
        self._wait_until_idle(self.pids)
        return result

    def new_candidate(self) -> tuple[Visitor, str]:
        """A visitor logged in with a new account, and its address."""
        visitor, address = Visitor(self.portal.url, Timings()), f"mesure.{random.getrandbits(60):x}@example.org"
        create_account(visitor, address, Mails(str(self._mails)))
        log_in(visitor, address)
        return visitor, address

    def _wait_until_idle(self, pids: Mapping[str, int]) -> None:
        workers = {name: pid for name, pid in pids.items() if name.endswith("-worker")}
        seen = [float("-inf")]

        def is_idle() -> bool:
            seen.append(sum(used.processor for used in usage(workers).values()))
            return seen[-1] - seen[-2] < IDLE_BELOW

        wait_until(is_idle, IDLE_WITHIN_SECONDS, f"{self.label} at rest", pause=REST_SECONDS)


def run_load_process(load: Load) -> LoadResult:
    return LoadResult(**_run("tests.bench.load", asdict(load)))


def _run(module: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a process of its own makes of `given`."""
    completed = subprocess.run(
        [sys.executable, "-m", module], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stderr
    return dict(json.loads(completed.stdout))


def record_waits(who: str, result: LoadResult) -> None:
    print(f"\n{who}: {result.journeys} journeys in {result.lasted:.0f} s, errors: {result.errors or 'none'}")
    for step, seconds in sorted(result.seconds.items()):
        for percent in PERCENTS:
            record(f"{who}, {step}: p{percent}", percentile(seconds, percent) * 1000, "ms")
    record(f"{who}: errors", sum(result.errors.values()), "", aim=0)


def percentile(values: list[float], percent: int) -> float:
    """The nearest-rank percentile."""
    return sorted(values)[ceil(len(values) * percent / 100) - 1]
