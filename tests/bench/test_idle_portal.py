"""One machine that nobody visits: what it takes to start again, and what it takes while it waits."""

import time
from collections.abc import Iterator

import pytest

from tests.bench.conftest import AS_SHIPPED
from tests.bench.installation import pids_of
from tests.bench.process_usage import processor_seconds, usage, used_since
from tests.bench.record import record
from tests.support.launched_portal import LaunchedPortal

MOST_MEGABYTES, MOST_OF_A_CORE, MOST_SECONDS_AGAIN = 500, 0.02, 8
SETTLING_SECONDS, MEASURED_SECONDS = 20.0, 60.0
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
    pids, all_together = pids_of(portal), {"portal": portal.pid}
    before, before_each = usage(all_together), usage(pids)
    time.sleep(MEASURED_SECONDS)
    used = used_since(before, all_together)["portal"]
    record("one machine at rest: memory", used.memory / MEGABYTE, "MB", aim=MOST_MEGABYTES)
    record("one machine at rest: of a core", used.processor / MEASURED_SECONDS, "", aim=MOST_OF_A_CORE)
    record("one machine at rest: written", used.written / 1000 / MEASURED_SECONDS, "KB/s", aim=0)
    for name, of_one in used_since(before_each, pids).items():
        record(f"one machine at rest, {name}: memory", of_one.memory / MEGABYTE, "MB")
        record(f"one machine at rest, {name}: written", of_one.written / 1000 / MEASURED_SECONDS, "KB/s")
