"""A plugin for pytest that notes which lines of the rules each test reaches, and how long the test takes.

Each process of a run writes its part into the folder REACHED_LINES: a file of coverage.py whose contexts are the tests.
"""

import json
import os
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from coverage import Coverage

from tests.mutation import HOLDS_RULES

FOLDER = Path(os.environ["REACHED_LINES"])
PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "main")

_coverage = Coverage(
    data_file=str(FOLDER / f"{PROCESS}.coverage"),
    include=[f"*/{folder}/*" for folder in HOLDS_RULES],
    config_file=False,
)
_coverage.start()
_process = os.getpid()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Note what runs from here on as reached by this test."""
    _coverage.switch_context(item.nodeid)
    begun = time.monotonic()
    result = yield
    line = json.dumps([item.nodeid, round(time.monotonic() - begun, 3)])
    with (FOLDER / f"{PROCESS}.seconds").open("a") as durations:
        durations.write(line + "\n")
    _coverage.switch_context("")
    return result


def pytest_sessionfinish() -> None:
    if os.getpid() == _process:
        _coverage.stop()
        _coverage.save()
