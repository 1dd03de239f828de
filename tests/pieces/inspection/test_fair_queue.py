"""Few files are looked at at once, and nobody's files keep another's waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from services.pieces.inspection.fair_queue import FairQueue, QueueFull
from tests.support.processes import wait_until

PATIENT = 90.0


@contextmanager
def waiting(queue: FairQueue, owner: str, served: list[str]) -> Iterator[Callable[[], None]]:
    """Somebody waits for a turn; what is given ends it."""
    done = threading.Event()

    def ask() -> None:
        with queue.turn(owner):
            served.append(owner)
            done.wait(PATIENT)

    thread = threading.Thread(target=ask, daemon=True)
    before = queue.waiting
    thread.start()
    wait_until(lambda: queue.waiting > before or owner in served, PATIENT, f"{owner} waits")
    try:
        yield done.set
    finally:
        done.set()  # owners behind end after those before them, whose blocks end later


def test_turns_are_had_in_the_order_of_asking_by_as_many_as_may() -> None:
    queue, served = FairQueue("tested", 2, max_waiting=4, max_wait=PATIENT), list[str]()
    with ExitStack() as people:
        ends = [people.enter_context(waiting(queue, name, served)) for name in ("a", "b", "c", "d")]
        wait_until(lambda: served == ["a", "b"], PATIENT, "the first two turns")
        ends[0]()
        wait_until(lambda: served == ["a", "b", "c"], PATIENT, "the third's turn")
        ends[1]()
        wait_until(lambda: served == ["a", "b", "c", "d"], PATIENT, "the fourth's turn")


def test_an_owner_with_a_turn_lets_others_pass() -> None:
    queue, served = FairQueue("tested", 2, max_waiting=4, max_wait=PATIENT), list[str]()
    with ExitStack() as people:
        end = people.enter_context(waiting(queue, "a", served))
        people.enter_context(waiting(queue, "a", served))
        people.enter_context(waiting(queue, "b", served))
        wait_until(lambda: served == ["a", "b"], PATIENT, "the first two turns")
        end()
        wait_until(lambda: served == ["a", "b", "a"], PATIENT, "the second turn of the first")


def test_an_owner_who_has_just_had_a_turn_lets_others_pass_once() -> None:
    queue, served = FairQueue("tested", 1, max_waiting=4, max_wait=PATIENT), list[str]()
    with ExitStack() as people:
        ends = [people.enter_context(waiting(queue, name, served)) for name in ("a", "a", "b", "b")]
        wait_until(lambda: served == ["a"] and queue.waiting == 3, PATIENT, "the first turn, three waiting")
        ends[0]()
        wait_until(lambda: served == ["a", "b"], PATIENT, "another's turn")
        ends[2]()
        wait_until(lambda: served == ["a", "b", "a"], PATIENT, "the second turn of the first")


def test_a_demoted_owner_comes_after_others_and_leaves_them_the_last_turn() -> None:
    queue, served = FairQueue("tested", 2, max_waiting=4, max_wait=PATIENT), list[str]()
    for name in ("a", "b", "c"):
        queue.demote(name)
    with ExitStack() as people:
        end = people.enter_context(waiting(queue, "a", served))
        people.enter_context(waiting(queue, "b", served))
        people.enter_context(waiting(queue, "c", served))
        end_of_honest = people.enter_context(waiting(queue, "honest", served))
        assert served == ["a", "honest"]
        people.enter_context(waiting(queue, "another", served))
        end()
        wait_until(lambda: served == ["a", "honest", "another"], PATIENT, "another's turn before theirs")
        end_of_honest()
        assert queue.waiting == 2


def test_a_demoted_owner_leaves_a_full_queue_to_others() -> None:
    queue, served, refused = FairQueue("tested", 1, max_waiting=2, max_wait=PATIENT), list[str](), list[str]()
    queue.demote("b")
    queue.demote("c")

    def ask(name: str) -> None:
        try:
            with queue.turn(name):
                served.append(name)
        except QueueFull:
            refused.append(name)

    with ExitStack() as people:
        end = people.enter_context(waiting(queue, "a", served))
        people.enter_context(waiting(queue, "waits", served))
        asking = [threading.Thread(target=ask, args=(name,)) for name in ("b", "honest")]
        asking[0].start()
        wait_until(lambda: queue.waiting == 2, PATIENT, "b waits")
        ask("c")
        assert refused == ["c"], "a demoted owner finds it full"
        asking[1].start()
        wait_until(lambda: refused == ["c", "b"], PATIENT, "b is sent away")
        ask("another")
        assert refused == ["c", "b", "another"], "no demoted owner is left"
        end()
    asking[1].join()
    assert served == ["a", "waits", "honest"]


def test_a_demotion_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.pieces.inspection.fair_queue.DEMOTION_SECONDS", 0.0)
    queue, served = FairQueue("tested", 2, max_waiting=4, max_wait=PATIENT), list[str]()
    queue.demote("a")
    with ExitStack() as people:
        people.enter_context(waiting(queue, "b", served))
        people.enter_context(waiting(queue, "a", served))
        wait_until(lambda: served == ["b", "a"], PATIENT, "the last turn")


def test_a_full_queue_takes_nobody_and_nobody_waits_for_ever() -> None:
    queue, served = FairQueue("tested", 1, max_waiting=1, max_wait=PATIENT), list[str]()
    with ExitStack() as people:
        for name in ("a", "b"):
            people.enter_context(waiting(queue, name, served))
        with pytest.raises(QueueFull), queue.turn("c"):
            pass
    brief = FairQueue("tested", 1, max_waiting=1, max_wait=0.01)
    with brief.turn("a"), pytest.raises(QueueFull), brief.turn("b"):
        pass
    with brief.turn("b"):
        assert brief.waiting == 0


def test_one_owner_does_not_fill_the_queue() -> None:
    queue, served = FairQueue("tested", 1, max_waiting=3, max_wait=PATIENT, max_waiting_of_owner=2), list[str]()
    with ExitStack() as people:
        for name in ("a", "a", "a"):
            people.enter_context(waiting(queue, name, served))
        with pytest.raises(QueueFull), queue.turn("a"):
            pass
        people.enter_context(waiting(queue, "b", served))
        assert queue.waiting == 3
