"""What a page needs of registrations comes in one answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.chassis.process.health_paths import LIVE
from tests.gateway.candidates import CandidateFactory
from tests.support.in_process_portal import InProcessPortal

Asked = Callable[[], list[str]]


@pytest.fixture
def asked(running: InProcessPortal, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What registrations was asked since the last time (« GET /v1/mine »), besides whether it is alive."""
    calls: list[str] = []
    app = running.registrations.app
    plain = app.wsgi_app

    def counted(environ, start_response):  # type: ignore[no-untyped-def]
        if environ["PATH_INFO"] != LIVE:
            calls.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        return plain(environ, start_response)

    monkeypatch.setattr(app, "wsgi_app", counted)

    def taken() -> list[str]:
        since, calls[:] = list(calls), []
        return since

    return taken


def test_a_tab_with_what_is_told_of_its_draft_is_one_answer_refused_or_not(
    candidates: CandidateFactory, asked: Asked
) -> None:
    email = candidates.create_activated_account()
    tabs = candidates.open_draft(email)
    browser = candidates.log_in(email)
    asked()
    browser.get(f"{tabs}/2")
    assert browser.title.startswith("Identification")
    draft = f"/v1/drafts/{tabs.rsplit('/', 1)[1]}"
    assert asked() == [f"GET {draft}/tabs/2"]
    browser.press("Suivant", adresse="1 rue du port")
    assert "1 rue du port" in (browser.value("adresse") or "")
    assert asked() == [f"PUT {draft}/tabs/2", f"GET {draft}/tabs/2"]
    browser.press("Précédent")
    assert asked() == [f"PUT {draft}/tabs/2", f"GET {draft}/tabs/1"]


def test_mes_inscriptions_and_the_home_page_ask_once(candidates: CandidateFactory, asked: Asked) -> None:
    browser = candidates.log_in_registered()
    for page in ("/inscriptions", "/"):
        asked()
        browser.get(page)
        calls = asked()
        assert calls.count("GET /v1/mine") == 1, calls
        assert not {"GET /v1/candidatures", "GET /v1/drafts"} & set(calls)
