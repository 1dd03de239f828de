"""The portal's pages in Chromium: read by axe on a small telephone, and what each page's own script adds."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from gateway.cookies import ADDRESS_COOKIE, SESSION_COOKIE
from services.chassis.process.capacity import RETRY_AFTER
from services.contracts import page_labels
from services.contracts.problem_types import UNAVAILABLE
from tests.accounts.creation_form import PASSWORD
from tests.accounts.running_accounts import occupy_hashing_turns
from tests.gateway.candidates import CandidateFactory, creation_answers, new_address
from tests.gateway.scripts.sender import take_session_over
from tests.support.accessibility import violations
from tests.support.in_process_portal import InProcessPortal, service_stopped

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
PARIS, NOUMEA = "Europe/Paris", "Pacific/Noumea"


def faults(page: Page, url: str, paths: tuple[str, ...]) -> dict[str, list[str]]:
    """By path, what is wrong with the page."""
    return {path: found for path in paths if page.goto(url + path) and (found := violations(page))}


def test_pages_are_accessible_and_fit_a_small_telephone(
    open_page: Callable[..., Page], candidates: CandidateFactory, running: InProcessPortal
) -> None:
    browser, page = candidates.log_in_registered(), open_page(viewport=NARROW)
    assert faults(page, running.url, PUBLIC) == {}
    take_session_over(page, running, browser, SESSION_COOKIE)
    browser.get("/inscriptions")
    recap = next(link for link in browser.page.xpath("//main//a/@href") if link.startswith("/inscriptions/"))
    assert faults(page, running.url, (*OF_A_CANDIDATE, recap)) == {}
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="E1"))
    for column, text in (("Position", "Inscrit"), ("Mode évaluation", "Ponctuel")):
        cell = row.get_by_role("cell", name=text)
        assert (cell.is_visible(), cell.get_attribute("data-colonne")) == (True, column)


def test_a_password_typed_stays_when_the_form_changes_in_place(page: Page, running: InProcessPortal) -> None:
    """The portal gives no password back."""
    page.goto(f"{running.url}/compte/creation")
    password = page.get_by_label("Mot de passe *", exact=True)
    password.fill(PASSWORD)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Département, DOM ou COM de naissance").select_option(label="014 - CALVADOS")
    page.get_by_label("Commune de naissance").fill("cae")
    page.get_by_role("option", name="CAEN", exact=True).click()
    expect(password).to_have_value(PASSWORD)
    page.get_by_label("Afficher").first.check(force=True)
    expect(password).to_have_attribute("type", "text")


def test_far_from_paris_ones_own_time_stands_beside(open_page: Callable[..., Page], running: InProcessPortal) -> None:
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
    page: Page, candidates: CandidateFactory, running: InProcessPortal
) -> None:
    """What a frame with a policy of its own may do, Chromium alone decides."""
    mail = candidates.mail_to(candidates.create_account())
    page.goto(f"{running.url}/mails/{mail.name}")
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


def creation_form_filled(page: Page, candidates: CandidateFactory, running: InProcessPortal) -> None:
    """« Formulaire de création » as somebody has typed it who begins again, and the password."""
    browser = candidates.browser()
    browser.post("/compte/creation", creation_answers(new_address()))
    take_session_over(page, running, browser, ADDRESS_COOKIE)
    page.goto(f"{running.url}/compte/creation?reprise=oui")
    for label in ("Mot de passe *", "Confirmation du mot de passe *"):
        page.get_by_label(label, exact=True).fill(PASSWORD)
    page.clock.install()


def test_a_creation_is_sent_again_by_itself_where_nothing_was_done(
    page: Page, candidates: CandidateFactory, running: InProcessPortal
) -> None:
    creation_form_filled(page, candidates, running)
    with occupy_hashing_turns(running.accounts.app):
        page.get_by_role("button", name="Créer le compte").last.click()
        expect(page.get_by_text("ce formulaire sera renvoyé de lui-même")).to_be_visible()
        expect(page.get_by_label("Mot de passe *", exact=True)).to_have_value(PASSWORD)
    page.clock.run_for(2 * RETRY_AFTER * 1000)
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmation de réception de mail")


def test_a_creation_of_which_the_outcome_is_unknown_is_sent_again_by_its_person_alone(
    page: Page, candidates: CandidateFactory, running: InProcessPortal
) -> None:
    creation_form_filled(page, candidates, running)
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    with service_stopped(running.accounts):
        page.get_by_role("button", name="Créer le compte").last.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(UNAVAILABLE.title)
    page.clock.run_for(60_000)
    assert len(posts) == 1


def test_what_a_creation_lacks_is_said_in_its_page_whose_searches_go_on(
    page: Page, candidates: CandidateFactory, running: InProcessPortal
) -> None:
    creation_form_filled(page, candidates, running)
    page.get_by_label("Confirmation du mot de passe *", exact=True).fill("Autre/2021")
    page.get_by_role("button", name="Créer le compte").last.click()
    expect(page.locator("#resume-erreurs")).to_be_focused()
    page.get_by_label("Commune de naissance").fill("cae")
    page.clock.run_for(1000)
    expect(page.get_by_role("option", name="CAEN", exact=True)).to_be_visible()


def test_a_log_in_that_is_refused_says_so_in_its_page(page: Page, running: InProcessPortal) -> None:
    page.goto(f"{running.url}/connexion")
    page.get_by_label("Identifiant de connexion").fill("personne@example.org")
    page.get_by_label("Mot de passe *").fill("Fausse/2021")
    page.get_by_role("button", name=page_labels.LOG_IN).last.click()
    expect(page.get_by_role("alert").filter(has_text="incorrect")).to_be_focused()
    expect(page.get_by_label("Identifiant de connexion")).to_have_value("personne@example.org")
    expect(page.get_by_label("Mot de passe *")).to_have_value("")
