"""A portal under measurement in one of its modes: puts a load on it, reads what each process used
for it and records how long people waited."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.bench.candidate_journey import create_account, log_in
from tests.bench.load import Load, LoadResult
from tests.bench.record import record
from tests.bench.visitor import Mails, Timings, Visitor
from tests.support.launched_portal import LaunchedPortal
from tests.support.processes import family, wait_until

ONE_MACHINE = "one machine"
ON_SERVERS = "PostgreSQL, RabbitMQ, S3"
IDLE_WITHIN_SECONDS = 180.0
REST_SECONDS = 1.0
IDLE_BELOW = 0.25
"""Processor seconds in REST_SECONDS below which the workers count as idle."""
READING_SECONDS = 1.0
"""Pause of each person before the next page; nobody reads faster. Without it each person waits for
all the others, whatever the pages cost."""
LATEST_START_SECONDS = 5.0
"""Of who comes in a crowd."""
PERCENTS = (50, 95, 99)


def processor_seconds(pid: int) -> float:
    """Of a process and its children, since their start: all threads, user and system, and children
    that have ended."""
    fields = [_read(f"/proc/{member}/stat").rpartition(")")[2].split() for member in family(pid)]
    return sum(int(ticks) for of_one in fields for ticks in of_one[11:15]) / os.sysconf(
        "SC_CLK_TCK"
    )


def memory(pid: int) -> int:
    """Bytes of a process and its children, a page shared by several counted once in all."""
    return sum(_field(f"/proc/{member}/smaps_rollup", "Pss") * 1024 for member in family(pid))


def written(pid: int) -> int:
    """Bytes, by a process and its children."""
    return sum(_field(f"/proc/{member}/io", "write_bytes") for member in family(pid))


def _field(path: str, name: str) -> int:
    """A number of a file of « name: number » lines; 0 where the process has gone."""
    return next(
        (int(line.split()[1]) for line in _read(path).splitlines() if line.startswith(f"{name}:")),
        0,
    )


def _read(path: str) -> str:
    """Empty where the process has gone meanwhile."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def pids_of(portal: LaunchedPortal) -> dict[str, int]:
    """« gateway », « accounts », « accounts-worker », « objects » …; the launcher itself is not
    among them."""
    return {name: process.pid for name, process in portal.processes().items()}


@dataclass(frozen=True)
class Installation:
    """`label` names the mode in the table of figures; its mails come as files into `mails`;
    `servers` are processes beside the portal's own, by name; `proxy` is the address of the one
    before the portal, by which a crowd comes."""

    label: str
    portal: LaunchedPortal
    mails: Path
    servers: Mapping[str, int]
    proxy: str = ""

    def measure_load(self, people: int, **given: Any) -> LoadResult:
        """Put the load on, and wait until the workers have done all that follows from it."""
        pids = pids_of(self.portal) | dict(self.servers)
        before = {name: processor_seconds(pid) for name, pid in pids.items()}
        result = run_load_process(
            Load(**{"url": self.portal.url, "mails": str(self.mails), "people": people, **given})
        )
        self._wait_until_idle(pids)
        result.used = {name: processor_seconds(pid) - before[name] for name, pid in pids.items()}
        return result

    def meet_crowd(self, people: int, strangers: int, seconds: float) -> LoadResult:
        door = self.proxy or self.portal.url
        host = urlsplit(self.portal.url).netloc
        crowd = {
            "url": door,
            "host": host,
            "strangers": strangers,
            "arrival": LATEST_START_SECONDS / people,
        }
        return self.measure_load(people, seconds=seconds, **crowd)

    def new_candidate(self) -> tuple[Visitor, str]:
        """A visitor logged in with a new account, and its address."""
        visitor = Visitor(self.portal.url, Timings())
        address = f"mesure.{random.getrandbits(60):x}@example.org"
        create_account(visitor, address, Mails(str(self.mails)))
        log_in(visitor, address)
        return visitor, address

    def _wait_until_idle(self, pids: Mapping[str, int]) -> None:
        workers = [pid for name, pid in pids.items() if name.endswith("-worker")]
        seen = [float("-inf")]

        def is_idle() -> bool:
            seen.append(sum(map(processor_seconds, workers)))
            return seen[-1] - seen[-2] < IDLE_BELOW

        wait_until(is_idle, IDLE_WITHIN_SECONDS, f"{self.label} at rest", pause=REST_SECONDS)


def run_load_process(load: Load) -> LoadResult:
    command = [sys.executable, "-m", "tests.bench.load"]
    given = json.dumps(asdict(load))
    completed = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stderr
    return LoadResult(**json.loads(completed.stdout))


def record_waits(who: str, result: LoadResult) -> None:
    errors = dict(Counter(result.errors) + Counter(result.without))
    print(
        f"\n{who}: {result.journeys} journeys in {result.lasted:.0f} s, errors: {errors or 'none'}"
    )
    for step, seconds in sorted(result.seconds.items()):
        for percent in PERCENTS:
            record(f"{who}, {step}: p{percent}", percentile(seconds, percent) * 1000, "ms")
    record(f"{who}: errors", sum(result.errors.values()) + sum(result.without.values()), "", aim=0)


def percentile(values: list[float], percent: int) -> float:
    """The nearest-rank percentile."""
    return sorted(values)[ceil(len(values) * percent / 100) - 1]
