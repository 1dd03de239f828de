"""While too many log in at once, the pages say so, keep what was typed, and it works a little later."""

from __future__ import annotations

from services.accounts.hashing_line import BUSY
from tests.accounts.hashing_queue import nobody_else_hashes
from tests.accounts.people import PASSWORD
from tests.gateway.people import new_address, typed
from tests.support.plain_browser import PlainBrowser
from tests.support.portal import Portal


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
