"""A source that floods the hashing queue delays neither the others nor what needs no password."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask

from services.accounts.dependencies import dependencies
from services.accounts.models import LoginFailures
from services.accounts.password_hashing import BUSY, PasswordHasher
from services.chassis.errors import Unavailable
from tests.accounts.creation_form import PASSWORD, creation_form
from tests.accounts.running_accounts import Login, RunningAccounts
from tests.chassis.test_limits import Recorded

PATIENT = 90.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is refused for a machine that is slow."""
    monkeypatch.setattr("services.chassis.process.capacity.QUEUE_SECONDS", PATIENT)


@pytest.fixture
def one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADS", "4")


def test_three_quarters_of_the_threads_are_left_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADS", "16")
    people = Recorded(PasswordHasher(memory_kib=8, passes=1)._limit)
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(people.asked("flood"))
        assert (people.limit.taken(), people.refused) == (4, [])
        with pytest.raises(Unavailable), people.limit.place("flood"):
            pass


@pytest.mark.usefixtures("one_place")
def test_a_full_queue_is_said_at_once_and_counts_as_no_try(accounts: RunningAccounts, login: Login) -> None:
    changed = creation_form(prenoms="Autre", password="Bouleau/2023", current_password=PASSWORD)
    with occupy_hashing_turns(accounts.app):
        for answer in (
            accounts.try_log_in(),
            accounts.try_log_in(password="Faux/2021"),
            accounts.create_account(email="autre@x.fr"),
            accounts.call("PUT", "/me", login["access_token"], values=changed),
        ):
            assert (answer.status_code, answer.json["detail"], answer.json["nothing_done"]) == (503, BUSY, True)
            assert int(answer.headers["Retry-After"]) > 0
        assert accounts.post("/sessions/exchange", session=login["session"]).status_code == 200
        assert accounts.client.get("/.well-known/jwks.json").status_code == 200
    assert accounts.stored(LoginFailures) == []
    assert accounts.try_log_in().json["prenoms"] == "Laurent"


@contextmanager
def occupy_hashing_turns(app: Flask) -> Iterator[None]:
    """Every turn at hashing is taken by other threads while the block runs."""
    over, turns = threading.Event(), threading.Semaphore(0)

    def take() -> None:
        with app.app_context(), dependencies().password_hasher.turn():
            turns.release()
            over.wait(PATIENT)

    with app.app_context():
        threads = [threading.Thread(target=take) for _ in range(dependencies().password_hasher._limit.running)]
    for thread in threads:
        thread.start()
    assert all(turns.acquire(timeout=PATIENT) for _ in threads)
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
