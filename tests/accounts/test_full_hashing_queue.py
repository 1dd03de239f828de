"""Hashing has a queue of its own: whoever floods it keeps nobody from what needs no password."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from services.accounts.hashing_queue import BUSY
from services.accounts.models import LoginFailures, db
from tests.accounts.full_hashing_queue import MAX_SECONDS, occupy_hashing_turns
from tests.accounts.running_accounts import GATEWAY_SECRET, RunningAccounts
from tests.support.ports import free_port
from tests.support.processes import Daemon, PrivateFolder

ROOT = Path(__file__).parents[2]
FLOOD = 40
PASSES_OF_SECONDS = 200


@pytest.fixture
def one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THREADS", "4")


def test_a_full_queue_is_said_at_once_and_counts_as_no_try(one_place: None, accounts: RunningAccounts) -> None:
    session = accounts.log_in_new_candidate()["session"]
    asked: list[Callable[[], Any]] = [
        accounts.try_log_in,
        lambda: accounts.try_log_in(password="Faux/2021"),
        lambda: accounts.create_account(email="autre@x.fr", email_confirmation="autre@x.fr"),
    ]
    with occupy_hashing_turns(accounts.app):
        for answer in [ask() for ask in asked]:
            assert (answer.status_code, answer.get_json()["detail"]) == (503, BUSY)
            assert int(answer.headers["Retry-After"]) > 0
        assert accounts.post("/sessions/exchange", session=session).status_code == 200
    with accounts.app.app_context(), db.reading() as reading:
        assert reading.query(LoginFailures).count() == 0
    assert accounts.try_log_in().status_code == 201


@pytest.mark.engines("sqlite")  # hashing knows no database
def test_a_flood_of_wrong_passwords_leaves_sessions_tokens_and_keys_answered(
    accounts: RunningAccounts, tmp_path: Path
) -> None:
    session = accounts.log_in_new_candidate()["session"]
    with process(accounts, tmp_path) as url:
        token = {"client_id": "gateway", "client_secret": GATEWAY_SECRET}
        bearer = requests.post(f"{url}/v1/tokens", json=token, timeout=MAX_SECONDS).json()["access_token"]
        headers = {"Authorization": f"Bearer {bearer}"}

        def log_in(number: int) -> requests.Response:
            sent = {"email": f"nobody{number}@x.fr", "password": "Faux/2021", "source": "192.0.2.9", "device": None}
            return requests.post(f"{url}/v1/sessions", json=sent, headers=headers, timeout=MAX_SECONDS)

        with ThreadPoolExecutor(FLOOD) as pool:
            flood = [pool.submit(log_in, number) for number in range(FLOOD)]
            wait(flood, return_when=FIRST_COMPLETED)  # the queue is full once somebody is refused
            for _ in range(5):
                exchange = {"session": session}
                answered = requests.post(
                    f"{url}/v1/sessions/exchange", json=exchange, headers=headers, timeout=MAX_SECONDS
                )
                assert answered.status_code == 200
            assert requests.get(f"{url}/.well-known/jwks.json", timeout=MAX_SECONDS).status_code == 200
            assert requests.post(f"{url}/v1/tokens", json=token, timeout=MAX_SECONDS).status_code == 200
            assert not any(answer.result().status_code == 401 for answer in flood if answer.done())
            answers = [answer.result() for answer in flood]
    assert {answer.status_code for answer in answers} == {401, 503}
    assert all("Retry-After" in answer.headers for answer in answers if answer.status_code == 503)


@contextmanager
def process(accounts: RunningAccounts, folder: Path) -> Iterator[str]:
    """A web process over the same database, in which a hash takes seconds."""
    settings, port, private = accounts.app.extensions["portail"], free_port(), PrivateFolder("accounts")
    env = {
        "ENV": "test", "DATABASE_URL": settings.database_url, "BROKER_URL": settings.broker_url,
        "ACCOUNTS_URL": settings.accounts_url, "REGISTRATIONS_URL": settings.registrations_url,
        "MAIL_URL": settings.mail_url, "CLIENT_ID": "accounts", "CLIENT_SECRET": str(settings.client_secret),
        "SIGNING_KEY": str(settings.signing_key),
        "CLIENT_SECRETS": f'{{"gateway": "{GATEWAY_SECRET}"}}', "ARGON2_PASSES": str(PASSES_OF_SECONDS),
        "BIND": f"127.0.0.1:{port}", "THREADS": "12", "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"],
    }  # fmt: skip
    daemon = Daemon("accounts", [sys.executable, "-m", "services.accounts", "web"], private, env)
    daemon.start()
    url = f"http://127.0.0.1:{port}"
    daemon.wait_ready(lambda: answers(f"{url}/health/live"), MAX_SECONDS)
    try:
        yield url
    finally:
        daemon.stop(seconds=1)
        private.remove()


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=MAX_SECONDS).status_code == 200
    except requests.ConnectionError:
        return False
