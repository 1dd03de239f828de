"""Work that goes on once at a time, whoever asks for it."""

from __future__ import annotations

import threading

import pytest

from services.chassis.process.kept_results import SingleRun

SECONDS = 60.0


def test_who_could_not_be_given_a_thread_keeps_nobody_from_asking_again(monkeypatch: pytest.MonkeyPatch) -> None:
    once = SingleRun(lambda: "done")

    def none_left(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", none_left)
        with pytest.raises(RuntimeError):
            once.begin()
    assert once.begin().result(SECONDS) == "done"


def test_all_who_ask_meanwhile_are_given_the_same() -> None:
    go_on, runs = threading.Event(), iter(range(9))

    def work() -> int:
        go_on.wait(SECONDS)
        return next(runs)

    once = SingleRun(work)
    asked = [once.begin() for _ in range(3)]
    go_on.set()
    assert [run.result(SECONDS) for run in asked] == [0, 0, 0]
    assert once.begin().result(SECONDS) == 1
