"""`/api/docs` in Chromium: Swagger UI reads a service's description and tries its calls with a gestionnaire's token."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from services.accounts.operations import staff_tokens
from services.chassis.database.audit import Actor
from tests.gateway.gestion.people import StaffFactory
from tests.gateway.scripts.test_pages import NARROW
from tests.support.accessibility import violations
from tests.support.chromium import DESKTOP
from tests.support.in_process_four_services import InProcessFourServices

REFUSALS = """
window.refusals = [];
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
  window.refusals.push(`${effectiveDirective} ${blockedURI}`));
"""


def test_a_token_tries_calls_by_keyboard_under_the_policy_of_every_page(
    page: Page, running: InProcessFourServices, staff: StaffFactory
) -> None:
    email, life = staff.account("03").email, timedelta(days=1)
    with running.accounts.app.app_context():
        token = staff_tokens.create_token(
            email, name="x", scopes=["pieces:read"], life=life, actor=Actor("command", "test")
        )[1]
    page.add_init_script(REFUSALS)
    answer = page.goto(f"{running.url}/api/docs/pieces")
    expect(page.get_by_role("heading", level=1)).to_have_text(["API : pieces"])
    assert answer is not None
    plain_policy = page.request.get(f"{running.url}/").headers["content-security-policy"]
    assert answer.headers["content-security-policy"] == plain_policy
    page.get_by_role("button", name="Authorize").wait_for()
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert violations(page) == []
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    page.get_by_role("button", name="Authorize").press("Enter")
    page.get_by_label("auth-bearer-value").fill(token)
    page.get_by_label("auth-bearer-value").press("Enter")
    page.get_by_role("button", name="Close").press("Enter")
    for path in ("/v1/pieces", "/v1/control-queue"):
        call = page.locator(f'.opblock-get:has([data-path="{path}"])')
        call.locator("button[aria-expanded]").first.press("Enter")
        expect(call.get_by_text("Portée du jeton : pieces:read")).to_be_visible()
        call.get_by_role("button", name="Try it out").press("Enter")
        with page.expect_response(lambda tried: "/api/pieces/v1/" in tried.url) as answered:
            call.get_by_role("button", name="Execute").press("Enter")
        assert (answered.value.status, answered.value.request.headers["authorization"]) == (200, f"Bearer {token}")
        expect(call.locator(".live-responses-table .response > .response-col_status")).to_contain_text("200")
    assert page.evaluate("window.refusals") == []
    stored = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
    assert token not in stored
