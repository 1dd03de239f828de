"""One machine that nobody visits: what it takes to start again, and what it takes while it
waits."""

import time
from collections.abc import Iterator

import pytest

from tests.bench.conftest import AS_SHIPPED
from tests.bench.installation import memory, pids_of, processor_seconds, written
from tests.bench.record import record
from tests.support.launched_portal import LaunchedPortal

MOST_MEGABYTES = 500
MOST_OF_A_CORE = 0.02
MOST_SECONDS_AGAIN = 8
SETTLING_SECONDS = 20.0
MEASURED_SECONDS = 60.0
MEGABYTE = 1e6


@pytest.fixture
def portal() -> Iterator[LaunchedPortal]:
    """As « make run » starts it, with nobody in it yet."""
    portal = LaunchedPortal("rest", AS_SHIPPED)
    yield portal
    portal.stop()


def test_one_machine_at_rest(portal: LaunchedPortal) -> None:
    record("« make run », first time", processor_seconds(portal.pid), "CPU-s")
    portal.stop()
    begun = time.perf_counter()
    portal.start()
    record("« make run » again", time.perf_counter() - begun, "s", aim=MOST_SECONDS_AGAIN)
    record("« make run » again, processor", processor_seconds(portal.pid), "CPU-s")

    time.sleep(SETTLING_SECONDS)
    processes = pids_of(portal)
    wrote = written(portal.pid)
    processor = processor_seconds(portal.pid)
    wrote_each = {pid: written(pid) for pid in processes.values()}
    time.sleep(MEASURED_SECONDS)
    busy = (processor_seconds(portal.pid) - processor) / MEASURED_SECONDS
    record("one machine at rest: memory", memory(portal.pid) / MEGABYTE, "MB", aim=MOST_MEGABYTES)
    record("one machine at rest: of a core", busy, "", aim=MOST_OF_A_CORE)
    record(
        "one machine at rest: written",
        (written(portal.pid) - wrote) / 1000 / MEASURED_SECONDS,
        "KB/s",
        aim=0,
    )
    for name, pid in processes.items():
        record(f"one machine at rest, {name}: memory", memory(pid) / MEGABYTE, "MB")
        wrote_here = (written(pid) - wrote_each[pid]) / 1000 / MEASURED_SECONDS
        record(f"one machine at rest, {name}: written", wrote_here, "KB/s")
