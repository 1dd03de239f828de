"""The server of every web process: a worker that hangs is ended and replaced; one that works is
left alone, however long it takes, and answers its probes meanwhile."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import requests

from services.chassis.process.probe import LIVE
from tests.chassis.served_module import ServedModule, served
from tests.support.processes import wait_until

SITE = ("tests.chassis.sites", "plain")
SILENT_SECONDS = 10  # the portal's are more, which would be waited for
REPLACED_SECONDS = SILENT_SECONDS + 10.0
LONG_SECONDS = SILENT_SECONDS + 5.0  # of an export, and of a start
PROBE_SECONDS = 5.0  # timeoutSeconds of deploy/kubernetes' probes
PATIENT = 90.0


def test_a_worker_that_hangs_is_replaced_and_one_that_works_long_is_not() -> None:
    """It takes as long as a worker may be silent; what takes longer goes on beside."""
    silent = {"SILENT_SECONDS": str(SILENT_SECONDS)}
    with (
        served(*SITE, **silent) as hung,
        served(*SITE, **silent) as busy,
        served(*SITE, **silent, START_SECONDS=str(LONG_SECONDS)) as starting,
        ThreadPoolExecutor(5) as people,
    ):
        exports = [
            people.submit(got, busy, f"/works?seconds={LONG_SECONDS}", PATIENT) for _ in range(4)
        ]
        first_answer = people.submit(got, starting, "/", PATIENT)
        before = got(hung, "/worker", PATIENT)
        os.kill(int(before), signal.SIGSTOP)

        def is_replaced() -> bool:
            got(busy, LIVE, PROBE_SECONDS)
            try:
                return got(hung, "/worker", 1) != before
            except requests.RequestException:
                return False

        wait_until(is_replaced, REPLACED_SECONDS, "another worker answers")
        assert [export.result() for export in exports] == ["done"] * 4
        assert first_answer.result() == "home"
        assert "WORKER TIMEOUT" in hung.daemon.log.read_text()
        assert "WORKER TIMEOUT" not in busy.daemon.log.read_text() + starting.daemon.log.read_text()


def got(site: ServedModule, path: str, seconds: float) -> str:
    """What it answers. Raises RequestException where it does not within so many seconds, or with an
    error."""
    answer = requests.get(site.url + path, timeout=seconds)
    answer.raise_for_status()
    return answer.text
