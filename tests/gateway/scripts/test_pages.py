"""The portal's pages in Chromium: read by axe on a small telephone, and what each page's own script
adds."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gateway.cookies import ADDRESS_COOKIE
from services.chassis.process.places import RETRY_AFTER
from services.contracts import page_labels
from services.contracts.problem_types import UNAVAILABLE
from tests.accounts.creation_form import PASSWORD
from tests.accounts.running_accounts import occupy_hashing_turns
from tests.gateway.candidates import Browser, CandidateFactory, creation_answers, new_address
from tests.gateway.gestion.people import StaffFactory
from tests.gateway.papers import held_qr
from tests.gateway.scripts.conftest import take_session_over
from tests.support.accessibility import violations
from tests.support.chromium import DESKTOP
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import InProcessPortal, service_stopped
from tests.tools.tool import tool_token

OPENING = "/ouverture-des-services?domaine=Examen&exam=BTS&session=2022&academie=03"
PUBLIC = (
    "/",
    OPENING,
    "/plan-du-site",
    "/un-probleme",
    "/accessibilite",
    "/verifier",
    "/compte/creation",
    "/connexion",
    "/mails",
    "/api/docs",
)
OF_A_CANDIDATE = ("/", "/compte", "/compte/suppression", "/inscriptions")
NARROW = {"width": 320, "height": 640}
PARIS = "Europe/Paris"
NOUMEA = "Pacific/Noumea"
REFUSALS = """
window.refusals = [];
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
  window.refusals.push(`${effectiveDirective} ${blockedURI}`));
"""


def faults(page: Page, url: str, paths: tuple[str, ...]) -> dict[str, list[str]]:
    """By path, what is wrong with the page."""
    return {path: found for path in paths if page.goto(url + path) and (found := violations(page))}


def test_pages_are_accessible_on_a_small_telephone(
    open_page: Callable[..., Page], candidates: CandidateFactory, running: InProcessPortal
) -> None:
    browser = candidates.log_in_registered()
    page = open_page(viewport=NARROW)
    assert faults(page, running.url, PUBLIC) == {}
    take_session_over(page, browser)
    browser.get("/inscriptions")
    recap = next(
        link for link in browser.page.xpath("//main//a/@href") if link.startswith("/inscriptions/")
    )
    assert faults(page, running.url, (*OF_A_CANDIDATE, recap)) == {}
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="E1"))
    for column, text in (("Position", "Inscrit"), ("Mode évaluation", "Ponctuel")):
        cell = row.get_by_role("cell", name=text)
        assert (cell.is_visible(), cell.get_attribute("data-colonne")) == (True, column)


def test_a_password_typed_stays_when_the_form_changes_in_place(
    page: Page, running: InProcessPortal
) -> None:
    """The portal gives no password back."""
    page.goto(f"{running.url}/compte/creation")
    password = page.get_by_label("Mot de passe *", exact=True)
    password.fill(PASSWORD)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Département, DOM ou COM de naissance").select_option(
            label="014 - CALVADOS"
        )
    page.get_by_label("Commune de naissance").fill("cae")
    page.get_by_role("option", name="CAEN", exact=True).click()
    expect(password).to_have_value(PASSWORD)
    page.get_by_label("Afficher").first.check(force=True)
    expect(password).to_have_attribute("type", "text")


def test_far_from_paris_ones_own_time_stands_beside(
    open_page: Callable[..., Page], running: InProcessPortal
) -> None:
    for zone in (PARIS, NOUMEA):
        page = open_page(timezone_id=zone)
        page.goto(running.url + OPENING)
        place = page.locator("[data-heure-locale]")
        if zone == PARIS:
            expect(place).to_be_hidden()
        else:
            expect(place).to_contain_text("1 octobre 2021 à 21:00")
            expect(place).to_be_visible()


def test_the_link_of_a_mail_leads_out_of_the_frame_that_shows_it(
    page: Page, candidates: CandidateFactory
) -> None:
    """What a frame with a policy of its own may do, Chromium alone decides."""
    mail = candidates.mail_to(candidates.create_account())
    page.goto(f"{candidates.portal.url}/mails/{mail.name}")
    page.frame_locator("iframe").get_by_role("link", name="Activer mon compte").click()
    page.get_by_role("heading", name="Activation de votre compte").wait_for()


def test_a_log_in_that_found_no_place_is_sent_again_by_itself_with_the_password_of_its_page(
    page: Page, candidates: CandidateFactory, running: InProcessPortal
) -> None:
    email = candidates.create_activated_account()
    page.clock.install()
    page.goto(f"{running.url}/connexion")
    page.get_by_label("Identifiant de connexion").fill(email)
    page.get_by_label("Mot de passe *").fill(PASSWORD)
    with occupy_hashing_turns(running.accounts.app):
        page.get_by_role("button", name=page_labels.LOG_IN).last.click()
        expect(page.get_by_text("ce formulaire sera renvoyé de lui-même")).to_be_visible()
        expect(page.get_by_label("Mot de passe *")).to_have_value(PASSWORD)
    page.clock.run_for(2 * RETRY_AFTER * 1000)
    expect(page.get_by_role("button", name=page_labels.LOG_OUT)).to_be_attached()


@pytest.fixture
def creation(page: Page, plain: Browser) -> Page:
    """« Formulaire de création » as somebody has typed it who begins again, and the password."""
    plain.post("/compte/creation", creation_answers(new_address()))
    take_session_over(page, plain, ADDRESS_COOKIE)
    page.goto(f"{plain.url}/compte/creation?reprise=oui")
    for label in ("Mot de passe *", "Confirmation du mot de passe *"):
        page.get_by_label(label, exact=True).fill(PASSWORD)
    page.clock.install()
    return page


def test_a_creation_is_sent_again_by_itself_where_nothing_was_done(
    creation: Page, running: InProcessPortal
) -> None:
    with occupy_hashing_turns(running.accounts.app):
        creation.get_by_role("button", name="Créer le compte").last.click()
        expect(creation.get_by_text("ce formulaire sera renvoyé de lui-même")).to_be_visible()
        expect(creation.get_by_label("Mot de passe *", exact=True)).to_have_value(PASSWORD)
    creation.clock.run_for(2 * RETRY_AFTER * 1000)
    expect(creation.get_by_role("heading", level=1)).to_have_text(
        "Confirmation de réception de mail"
    )


def test_a_creation_of_unknown_outcome_is_sent_again_by_hand_alone(
    creation: Page, running: InProcessPortal
) -> None:
    posts: list[str] = []
    creation.on(
        "request", lambda request: posts.append(request.url) if request.method == "POST" else None
    )
    with service_stopped(running.accounts):
        creation.get_by_role("button", name="Créer le compte").last.click()
        expect(creation.get_by_role("heading", level=1)).to_have_text(UNAVAILABLE.title)
    creation.clock.run_for(60_000)
    assert len(posts) == 1


def test_what_a_creation_lacks_is_said_in_its_page_whose_searches_go_on(creation: Page) -> None:
    creation.get_by_label("Confirmation du mot de passe *", exact=True).fill("Autre/2021")
    creation.get_by_role("button", name="Créer le compte").last.click()
    expect(creation.locator("#resume-erreurs")).to_be_focused()
    assert violations(creation) == []
    creation.get_by_label("Commune de naissance").fill("cae")
    creation.clock.run_for(1000)
    expect(creation.get_by_role("option", name="CAEN", exact=True)).to_be_visible()


def test_a_log_in_that_is_refused_says_so_in_its_page(page: Page, running: InProcessPortal) -> None:
    page.goto(f"{running.url}/connexion")
    page.get_by_label("Identifiant de connexion").fill("personne@example.org")
    page.get_by_label("Mot de passe *").fill("Fausse/2021")
    page.get_by_role("button", name=page_labels.LOG_IN).last.click()
    expect(page.get_by_role("alert").filter(has_text="incorrect")).to_be_focused()
    expect(page.get_by_label("Identifiant de connexion")).to_have_value("personne@example.org")
    expect(page.get_by_label("Mot de passe *")).to_have_value("")


def test_a_token_tries_calls_by_keyboard_under_the_policy_of_every_page(
    page: Page, staff: StaffFactory
) -> None:
    token = tool_token(staff.portal, staff.account("03"), "pieces:read")
    page.add_init_script(REFUSALS)
    answer = page.goto(f"{staff.portal.url}/api/docs/pieces")
    expect(page.get_by_role("heading", level=1)).to_have_text(["API : pieces"])
    assert answer is not None
    plain_policy = page.request.get(f"{staff.portal.url}/").headers["content-security-policy"]
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
        assert (answered.value.status, answered.value.request.headers["authorization"]) == (
            200,
            f"Bearer {token}",
        )
        expect(
            call.locator(".live-responses-table .response > .response-col_status")
        ).to_contain_text("200")
    assert page.evaluate("window.refusals") == []
    stored = page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
    assert token not in stored


def test_the_browser_checks_the_qr(
    page: Page, running: InProcessFourServices, candidates: CandidateFactory
) -> None:
    qr = held_qr(candidates)
    page.goto(f"{running.url}{qr}")
    expect(page.locator("#qr-signe")).to_be_visible()
    expect(page.locator("#qr-non-signe")).to_be_hidden()
    page.goto("about:blank")
    page.goto(f"{running.url}{qr[:-40]}{'B' if qr[-40] == 'A' else 'A'}{qr[-39:]}")
    expect(page.locator("#qr-non-signe")).to_be_visible()
    expect(page.locator("#qr-signe")).to_be_hidden()
    page.goto(f"{running.url}{qr.partition('#')[0]}")
    expect(page.get_by_text("Authentique, en vigueur")).to_be_visible()
    expect(page.locator("#qr-signe")).to_be_hidden()
