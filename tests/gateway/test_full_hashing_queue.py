"""While too many log in at once, the pages say so, keep what was typed, and it works a little later."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest

from services.accounts.hashing_line import BUSY, HashingLine
from tests.accounts.hashing_queue import nobody_else_hashes
from tests.accounts.people import PASSWORD
from tests.gateway.people import new_address, typed
from tests.support.plain_browser import PlainBrowser
from tests.support.portal import Portal


def test_turns_at_hashing_are_told_whose_log_in_or_creation_it_is(
    plain: PlainBrowser, running: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources: list[str] = []
    given = HashingLine.turn

    def turn(line: HashingLine, source: str) -> AbstractContextManager[None]:
        sources.append(source)
        return given(line, source)

    monkeypatch.setattr(HashingLine, "turn", turn)
    email = new_address()
    for path, fields in (
        ("/connexion", {"identifiant": email, "password": PASSWORD}),
        ("/compte/creation", typed(email)),
    ):
        plain.client.post(
            path, data=fields, base_url=plain.url, headers=plain.headers, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}
        )
    assert sources == ["192.0.2.7"] * 2


def test_a_log_in_and_a_creation_that_found_no_turn_are_shown_again(plain: PlainBrowser, running: Portal) -> None:
    email = new_address()
    with nobody_else_hashes(running.accounts.app):
        for path, fields in (
            ("/connexion", {"identifiant": email, "password": PASSWORD}),
            ("/compte/creation", typed(email)),
        ):
            plain.post(path, fields)
            assert (plain.answer.status_code, "Retry-After" in plain.answer.headers) == (503, True)
            assert BUSY in plain.text
            assert email in plain.answer.text
            assert PASSWORD not in plain.answer.text
    plain.press("Réessayer")
    assert plain.title == "Formulaire de création"
    assert plain.value("email") == email
