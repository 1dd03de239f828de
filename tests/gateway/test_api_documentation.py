"""`/api/docs` says what tools may call, and nothing that they may not; each error and an example of each body."""

from __future__ import annotations

from tests.gateway.components.html_checks import problems_of, text_of
from tests.support.in_process_portal import InProcessPortal, service_stopped
from tests.support.scriptless_browser import ScriptlessBrowser


def browser_of(running: InProcessPortal) -> ScriptlessBrowser:
    return ScriptlessBrowser(running.gateway.app, running.url)


def test_a_call_is_described_with_its_scope_example_and_errors(running: InProcessPortal) -> None:
    browser = browser_of(running)
    browser.get("/api/docs/registrations")
    assert not problems_of(browser.answer.text)
    [section] = browser.page.xpath(
        '//section[.//h2[contains(., "POST /api/registrations/v1/staff/openings/{opening_id}/dates")]]'
    )
    words = text_of(section)
    for expected in (
        "Portée du jeton : openings:manage",
        '"reason":',
        "modifie-entre-temps : L'élément a été modifié entre-temps",
        "non-identifie : Vous devez vous identifier",
        "application/problem+json",
    ):
        assert expected in words, expected


def test_only_what_tools_may_call_is_there(running: InProcessPortal) -> None:
    browser = browser_of(running)
    listed = browser.get("/api/docs").text
    assert "/api/registrations/v1/staff/candidatures" in listed
    for closed in (
        "/v1/drafts",
        "/v1/me/",
        "/v1/sessions",
        "/v1/tools/exchange",
        "/v1/staff/me/",
        "jwks",
        "identity-floor",
    ):
        assert closed not in listed, closed
    paths = browser.get("/api/registrations/openapi.json").get_json()["paths"]
    assert "/v1/staff/openings" in paths
    assert "/v1/messages" in paths, "open to everyone"
    assert not [path for path in paths if path.startswith(("/v1/drafts", "/v1/candidates"))]


def test_a_service_that_is_away_takes_no_other_with_it(running: InProcessPortal) -> None:
    with service_stopped(running.registrations):
        browser = browser_of(running)
        assert "Ce service ne répond pas pour le moment." in browser.get("/api/docs").text
        assert browser.get("/api/docs/registrations").status_code == 503
        assert "/api/accounts/v1/staff" in browser.get("/api/docs").text
    assert browser.get("/api/docs/inconnu").status_code == 404
