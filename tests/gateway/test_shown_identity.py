"""The identity that a tab shows comes with who is logged in: accounts is asked once, and it is never outdated."""

from __future__ import annotations

import pytest

from services.chassis.process.expiring_cache import ExpiringCache
from tests.gateway.candidates import CandidateFactory
from tests.gateway.test_drafts import IDENTIFICATION, begun
from tests.support.in_process_portal import InProcessPortal, service_stopped


@pytest.fixture(autouse=True)
def _long_exchange_cache(running: InProcessPortal, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a minute, however slow the machine: what accounts said a moment ago is known throughout a test."""
    candidates = running.gateway.app.extensions["session_exchange"]
    monkeypatch.setattr(candidates, "_cache", ExpiringCache(seconds=60.0, at_most=100))


def test_a_tab_is_shown_without_asking_accounts_anew(candidates: CandidateFactory, running: InProcessPortal) -> None:
    browser, draft = begun(candidates)
    with service_stopped(running.accounts):
        assert browser.get(f"{draft}/{IDENTIFICATION}").status_code == 200


def test_what_somebody_changes_in_his_account_is_what_a_tab_shows_next(candidates: CandidateFactory) -> None:
    browser, draft = begun(candidates)
    assert "LAURENT" in browser.get(f"{draft}/{IDENTIFICATION}").text.upper()
    browser.get("/compte")
    browser.press("Enregistrer", prenoms="Théophraste")
    shown = browser.get(f"{draft}/{IDENTIFICATION}").text.upper()
    assert "THÉOPHRASTE" in shown
    assert "LAURENT" not in shown
