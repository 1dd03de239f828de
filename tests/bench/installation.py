"""A portal that is measured, in one of its modes: a load is put upon it, and what each process took for it is read."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway.services import Services, connect
from gateway.settings import GatewaySettings
from tests.bench.candidate_journey import logs_in, makes_an_account
from tests.bench.load import Load, Met
from tests.bench.mails import Mails
from tests.bench.portal_processes import pids_of, ports
from tests.bench.process_usage import Usage, processor_seconds, usage, used_since
from tests.bench.visitor import Taken, Visitor
from tests.support.launched import LaunchedPortal
from tests.support.processes import wait_until

ONE_MACHINE, ON_SERVERS = "one machine", "PostgreSQL, RabbitMQ, S3"
SETTLED_SECONDS, REST_SECONDS = 180.0, 1.0
FIRST = 5
AT_REST = 0.25
"""Processor seconds in REST_SECONDS below which nothing more is worked off."""


@dataclass(frozen=True)
class Measured:
    """A load, what people met, and what each process took for it."""

    met: Met
    usage: Mapping[str, Usage]

    @property
    def per_journey(self) -> dict[str, float]:
        """Processor seconds of one journey by process."""
        return {name: used.processor / max(self.met.journeys, 1) for name, used in self.usage.items()}

    @property
    def a_minute(self) -> float:
        """Journeys a minute."""
        return self.met.journeys / self.met.lasted * 60


class Installation:
    """`label` says which mode it is in the table; `servers` are processes beside the portal's own."""

    def __init__(self, label: str, portal: LaunchedPortal, mails: Path, servers: Mapping[str, int]) -> None:
        self.label = label
        self.portal = portal
        self._mails = mails
        self._servers = dict(servers)

    @property
    def pids(self) -> dict[str, int]:
        return {**pids_of(self.portal.var, self.portal.pid), **self._servers}

    def bears(self, people: int, **given: float | bool) -> Measured:
        """Put the load on, and wait until all that follows from it is worked off."""
        load = Load(self.portal.url, str(self._mails), people, **given)  # type: ignore[arg-type]
        pids = self.pids
        before = usage(pids)
        met = put_on(load)
        self._settles(pids)
        return Measured(met, used_since(before, pids))

    def processor_of(self, act: Callable[[], object], times: int) -> dict[str, float]:
        """Processor seconds of one time by process; the first few, which load and compile, are not counted."""
        for _ in range(FIRST):
            act()
        pids = self.pids
        before = usage(pids)
        for _ in range(times):
            act()
        return {name: used.processor / times for name, used in used_since(before, pids).items()}

    def processor_now(self, process: str) -> float:
        """Processor seconds of it since its start."""
        return processor_seconds(self.pids[process])

    def address_of(self, process: str) -> str:
        """Where it answers, passing by the gateway."""
        return f"http://127.0.0.1:{ports(self.portal.var)[process]}"

    def as_the_gateway(self) -> Services:
        """The services as the gateway of this installation calls them."""
        environments = json.loads((self.portal.var / "environments.json").read_text(encoding="utf-8"))
        return connect(GatewaySettings.read(environments["gateway"]))

    def somebody(self) -> tuple[Visitor, str]:
        """Logged in, with an account of this moment; and the address of it."""
        visitor, address = Visitor(self.portal.url, Taken()), f"mesure.{random.getrandbits(60):x}@example.org"
        makes_an_account(visitor, address, Mails(str(self._mails)))
        logs_in(visitor, address)
        return visitor, address

    def _settles(self, pids: Mapping[str, int]) -> None:
        workers = {name: pid for name, pid in pids.items() if name.endswith("-worker")}
        seen = [float("-inf")]

        def is_at_rest() -> bool:
            seen.append(sum(used.processor for used in usage(workers).values()))
            return seen[-1] - seen[-2] < AT_REST

        wait_until(is_at_rest, SETTLED_SECONDS, f"{self.label} at rest", pause=REST_SECONDS)


def put_on(load: Load) -> Met:
    """By a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(asdict(load)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Met(**json.loads(done.stdout))
