"""While too many log in at once, the pages say so, keep what was typed, and it works a little later."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest

from gateway.app import create_app
from gateway.cookies import SESSION_COOKIE, cookie_name
from gateway.settings import GatewaySettings
from services.accounts import hashing_queue
from services.accounts.hashing_queue import BUSY, HashingQueue
from services.contracts import page_labels
from tests.accounts.creation_form import PASSWORD
from tests.accounts.full_hashing_queue import occupy_hashing_turns
from tests.gateway.candidates import CandidateFactory, creation_answers, new_address
from tests.gateway.test_calls_to_services import calls_counted
from tests.support.in_process_portal import InProcessPortal
from tests.support.processes import wait_until
from tests.support.scriptless_browser import ADDRESS, ScriptlessBrowser


def what_hashes(email: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    """A log-in and a creation: where each is posted, and its fields."""
    log_in = {"identifiant": email, "password": PASSWORD}
    return ("/connexion", log_in), ("/compte/creation", creation_answers(email))


def test_turns_at_hashing_are_told_whose_log_in_or_creation_it_is(
    plain: ScriptlessBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources: list[str] = []
    given = HashingQueue.turn

    def turn(line: HashingQueue, source: str) -> AbstractContextManager[None]:
        sources.append(source)
        return given(line, source)

    monkeypatch.setattr(HashingQueue, "turn", turn)
    for path, fields in what_hashes(new_address()):
        plain.post(path, fields)
    assert sources == [ADDRESS] * 2


def test_a_log_in_and_a_creation_that_found_no_turn_are_shown_again(
    plain: ScriptlessBrowser, running: InProcessPortal
) -> None:
    email = new_address()
    with occupy_hashing_turns(running.accounts.app):
        for path, fields in what_hashes(email):
            plain.post(path, fields)
            assert (plain.answer.status_code, "Retry-After" in plain.answer.headers) == (503, True)
            assert BUSY in plain.text
            assert email in plain.answer.text
            assert PASSWORD not in plain.answer.text
    plain.press("Réessayer")
    assert plain.title == page_labels.CREATION_FORM
    assert plain.value("email") == email


def test_who_waits_to_log_in_takes_no_place_of_who_is_logged_in(
    running: InProcessPortal, candidates: CandidateFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashing_queue, "QUEUE_SECONDS", 60.0)
    settings: GatewaySettings = running.gateway.app.extensions["portail"]
    settings = replace(settings, threads=16)
    gateway = create_app(settings)
    name = cookie_name(settings, SESSION_COOKIE)
    held = candidates.log_in().cookie(name) or ""

    def log_in() -> None:
        fields = {"identifiant": new_address(), "password": PASSWORD}
        ScriptlessBrowser(gateway, running.url).post("/connexion", fields)

    crowd = [threading.Thread(target=log_in) for _ in range(8)]
    with occupy_hashing_turns(running.accounts.app), calls_counted(running.accounts.app, "/v1/sessions") as waiting:
        for thread in crowd:
            thread.start()
        wait_until(lambda: len(waiting) == settings.password_calls_at_once, 60, "all who may wait do")
        browser = ScriptlessBrowser(gateway, running.url)
        browser.client.set_cookie(name, held, domain="127.0.0.1")
        assert (browser.get("/compte").status_code, browser.path) == (200, "/compte")
    for thread in crowd:
        thread.join()
