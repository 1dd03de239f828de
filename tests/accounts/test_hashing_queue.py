"""A source that floods the hashing queue delays neither the others nor what needs no password."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask

from services.accounts.dependencies import dependencies
from services.accounts.models import LoginFailures
from services.accounts.password_hashing import BUSY, HashingQueue, PasswordHasher
from services.chassis.errors import Unavailable
from tests.accounts.running_accounts import RunningAccounts
from tests.support.processes import wait_until

PATIENT = 90.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is refused for a machine that is slow."""
    monkeypatch.setattr("services.accounts.password_hashing.QUEUE_SECONDS", PATIENT)


@pytest.fixture
def one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADS", "4")


class RecordedQueue:
    """`turns` are the sources in the order of their turns, `refused` those that got none."""

    def __init__(self, queue: HashingQueue) -> None:
        self.queue = queue
        self.turns: list[str] = []
        self.refused: list[str] = []

    @contextmanager
    def login(self, source: str) -> Iterator[threading.Event]:
        """That source waits, or has its turn until the event is set or the block ends."""
        over = threading.Event()
        thread = threading.Thread(target=self._ask, args=(source, over), daemon=True)
        before = len(self.turns) + self.queue.waiting
        full = len(self.refused)
        thread.start()
        wait_until(
            lambda: len(self.turns) + self.queue.waiting > before or len(self.refused) > full,
            PATIENT,
            "the source has asked",
        )
        try:
            yield over
        finally:
            over.set()

    def _ask(self, source: str, over: threading.Event) -> None:
        try:
            with self.queue.turn(source):
                self.turns.append(source)
                over.wait(PATIENT)
        except Unavailable:
            self.refused.append(source)


def test_sources_take_turns_however_many_of_one_wait() -> None:
    queue = RecordedQueue(HashingQueue(at_once=1, places=8))
    with ExitStack() as people:
        ends = [people.enter_context(queue.login(source)) for source in ("flood", "flood", "flood", "someone")]
        for event in (ends[0], ends[3]):
            event.set()
        wait_until(lambda: len(queue.turns) == 3, PATIENT, "the third turn")
        assert queue.turns == ["flood", "someone", "flood"]


def test_a_source_that_has_had_a_turn_waits_for_none_that_came_after_it() -> None:
    queue = RecordedQueue(HashingQueue(at_once=1, places=8))
    with ExitStack() as people:
        ends = [people.enter_context(queue.login(source)) for source in ("school", "school", "first")]
        ends[0].set()
        wait_until(lambda: len(queue.turns) == 2, PATIENT, "the second turn")
        people.enter_context(queue.login("later"))
        ends[2].set()
        wait_until(lambda: len(queue.turns) == 3, PATIENT, "the third turn")
        assert queue.turns == ["school", "first", "school"]


def test_a_full_line_takes_whoever_has_fewer_places_and_sends_away_one_of_who_has_most() -> None:
    queue = RecordedQueue(HashingQueue(at_once=1, places=4))
    with ExitStack() as people:
        end, *_ = [people.enter_context(queue.login("flood")) for _ in range(4)]
        with pytest.raises(Unavailable), queue.queue.turn("flood"):
            pass
        people.enter_context(queue.login("someone"))
        wait_until(lambda: queue.refused == ["flood"], PATIENT, "the last of the flood is sent away")
        end.set()
        wait_until(lambda: queue.turns == ["flood", "someone"], PATIENT, "someone's turn")


def test_one_source_alone_has_all_places() -> None:
    queue = RecordedQueue(HashingQueue(at_once=2, places=6))
    with ExitStack() as people:
        for _ in range(6):
            people.enter_context(queue.login("school"))
        assert (queue.turns, queue.queue.waiting, queue.refused) == (["school"] * 2, 4, [])
    wait_until(lambda: len(queue.turns) == 6, PATIENT, "everybody's turn")


def test_three_quarters_of_the_threads_are_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADS", "16")
    queue = RecordedQueue(PasswordHasher(memory_kib=8, passes=1)._queue)
    with ExitStack() as people:
        for _ in range(4):
            people.enter_context(queue.login("flood"))
        assert (len(queue.turns) + queue.queue.waiting, queue.refused) == (4, [])
        with pytest.raises(Unavailable), queue.queue.turn("flood"):
            pass


def test_nothing_is_remembered_of_sources_that_are_gone() -> None:
    queue = HashingQueue(1, 2)
    for number in range(5):
        with queue.turn(f"source {number}"):
            pass
    assert queue._last_turn == {}


def test_a_full_queue_is_said_at_once_and_counts_as_no_try(one_place: None, accounts: RunningAccounts) -> None:
    session = accounts.log_in_new_candidate()["session"]
    with occupy_hashing_turns(accounts.app):
        for answer in (
            accounts.try_log_in(),
            accounts.try_log_in(password="Faux/2021"),
            accounts.create_account(email="autre@x.fr", email_confirmation="autre@x.fr"),
        ):
            assert (answer.status_code, answer.json["detail"]) == (503, BUSY)
            assert int(answer.headers["Retry-After"]) > 0
        assert accounts.post("/sessions/exchange", session=session).status_code == 200
        assert accounts.client.get("/.well-known/jwks.json").status_code == 200
    assert accounts.stored(LoginFailures) == []
    assert accounts.try_log_in().status_code == 201


@contextmanager
def occupy_hashing_turns(app: Flask) -> Iterator[None]:
    """Every turn at hashing is taken by other threads while the block runs."""
    over, turns = threading.Event(), threading.Semaphore(0)

    def take() -> None:
        with app.app_context(), dependencies().password_hasher.turn():
            turns.release()
            over.wait(PATIENT)

    with app.app_context():
        threads = [threading.Thread(target=take) for _ in range(dependencies().password_hasher.at_once)]
    for thread in threads:
        thread.start()
    assert all(turns.acquire(timeout=PATIENT) for _ in threads)
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
