"""The launcher, told to stop a second time while it stops, still stops all of its children."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.local import __main__ as launcher
from deploy.local.forking import STOP_SIGNALS


class Supervised:
    """Told to stop as the first child starts, and again while the children are being stopped."""

    def __init__(self) -> None:
        self.stopped = False

    def start(self, _child: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    def stop(self) -> None:
        for number in STOP_SIGNALS:
            os.kill(os.getpid(), number)
        self.stopped = True


@pytest.fixture
def handled() -> Iterator[None]:
    """As the launcher handles them, in a process that is not one."""
    before = {number: signal.signal(number, launcher._stop) for number in STOP_SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handled")
def test_it_stops_every_child_however_often_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    supervised, plan = Supervised(), SimpleNamespace(state=SimpleNamespace(logs=tmp_path), objects=lambda: None)
    monkeypatch.setattr(launcher, "Supervisor", lambda _logs: supervised)
    launcher._run(plan)  # type: ignore[arg-type]
    assert supervised.stopped
