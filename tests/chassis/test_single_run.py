"""Work that goes on once at a time for all who ask for it."""

from __future__ import annotations

import threading

import pytest

from services.chassis.single_run import SingleRun


def test_a_thread_that_cannot_be_made_ends_no_later_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run = SingleRun(lambda: "done")

    def refused(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as exhausted:
        exhausted.setattr(threading.Thread, "start", refused)
        with pytest.raises(RuntimeError):
            run.begin()
    assert run.begin().result(30) == "done"
