"""What is typed or chosen in a tab is saved as it is, in Chromium: with a cut line, a dead session,
a second window."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Dialog, Locator, Page, Response, Route, expect

from services.contracts import page_labels
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import CandidateFactory
from tests.gateway.scripts.conftest import take_session_over
from tests.support.accessibility import violations
from tests.support.in_process_portal import InProcessPortal, service_stopped

SAVED = re.compile(r"Brouillon enregistré à \d\d:\d\d – pas encore transmis")
NOT_SAVED = "Non enregistré, nouvel essai…"
OFFLINE = (
    "Hors ligne : ce que vous tapez reste dans cette page et sera enregistré au retour du réseau."
)
ENDED = "Votre session est terminée"
IDENTIFICATION = 2
CANDIDATURE = 3
SCHOOL_CODE = "0250013D"
SCHOOL = f"LP P.ADRIEN PARIS - BESANCON ({SCHOOL_CODE})"
_TOP = "field => Math.round(field.getBoundingClientRect().top)"


class Typist:
    """On the tabs of their own draft; `posts` are the URLs posted to so far."""

    def __init__(self, page: Page, portal: InProcessPortal, email: str, draft: str) -> None:
        self.page = page
        self.url = portal.url
        self.email = email
        self.draft = portal.url + draft
        self.posts: list[str] = []
        page.on(
            "request",
            lambda request: self.posts.append(request.url) if request.method == "POST" else None,
        )

    def identifies(self, there: Page) -> None:
        there.get_by_label("Identifiant de connexion").fill(self.email)
        there.get_by_label("Mot de passe *", exact=True).fill(PASSWORD)
        there.get_by_role("button", name=page_labels.LOG_IN).click()

    def opens(self, number: int, page: Page | None = None) -> None:
        (page or self.page).goto(f"{self.draft}/{number}")

    def field(self, name: str, page: Page | None = None) -> Locator:
        return (page or self.page).locator(f"[name={name}]")

    def reads(self, words: str | re.Pattern[str], page: Page | None = None) -> None:
        expect((page or self.page).locator("#saisie [data-etat]")).to_have_text(words)

    def holds(self, name: str, value: str) -> None:
        """What the server has, seen by another window that is opened now."""
        other = self.page.context.new_page()
        self.opens(IDENTIFICATION, other)
        expect(self.field(name, other)).to_have_value(value)
        other.close()


@pytest.fixture
def typist(page: Page, running: InProcessPortal, candidates: CandidateFactory) -> Typist:
    email = candidates.create_activated_account()
    someone = Typist(page, running, email, candidates.open_draft(email))
    take_session_over(page, candidates.log_in(email))
    someone.opens(IDENTIFICATION)
    return someone


def cut(route: Route) -> None:
    route.abort("internetdisconnected")


def test_what_is_typed_is_saved_which_the_page_says_and_nothing_is_sent_where_nothing_changes(
    typist: Typist,
) -> None:
    typist.field("adresse").press_sequentially("1 rue du port")
    typist.reads(SAVED)
    expect(typist.page.locator("#saisie [role=status]")).to_have_text(SAVED)
    typist.holds("adresse", "1 rue du port")
    assert violations(typist.page) == []
    sent = len(typist.posts)
    field = typist.field("adresse")
    field.press("End")
    field.press("x")
    field.press("Backspace")
    field.dispatch_event("change")
    with typist.page.expect_request(lambda request: request.url.endswith("/saisie")):
        typist.field("complement_1").fill("Bâtiment B")
    assert typist.posts[sent:] == [f"{typist.draft}/{IDENTIFICATION}/saisie"]


def test_a_button_pressed_while_saving_goes_on_with_the_newest_revision(typist: Typist) -> None:
    held: list[Route] = []
    typist.page.route("**/saisie", lambda route: held.append(route), times=1)
    with typist.page.expect_request("**/saisie"):
        typist.field("adresse").fill("1 rue du port")
    typist.field("complement_1").fill("Bâtiment B")
    typist.page.get_by_role("button", name="Précédent", exact=True).click()
    held.pop().continue_()
    typist.page.get_by_role("heading", level=1, name="Candidatures précédentes").wait_for()
    typist.holds("complement_1", "Bâtiment B")


@pytest.mark.parametrize("way", [page_labels.DOCUMENTS, "Quitter"])
def test_leaving_the_page_saves_first(typist: Typist, way: str) -> None:
    typist.field("adresse").fill("1 rue du port")
    typist.page.get_by_role("link", name=way, exact=True).or_(
        typist.page.get_by_role("button", name=way, exact=True)
    ).first.click()
    typist.page.wait_for_url(lambda url: not url.startswith(typist.draft))
    typist.holds("adresse", "1 rue du port")


def test_a_window_that_is_closed_at_once_has_sent_what_was_typed(typist: Typist) -> None:
    typist.field("adresse").fill("1 rue du port")
    page = typist.page.context.new_page()
    typist.page.close(run_before_unload=True)

    def there() -> bool:
        typist.opens(IDENTIFICATION, page)
        return typist.field("adresse", page).input_value() == "1 rue du port"

    assert any(there() for _ in range(30)), "what was typed did not arrive"


def test_while_the_line_is_cut_the_page_says_so_and_saves_when_it_is_back(typist: Typist) -> None:
    typist.page.context.set_offline(True)
    typist.field("adresse").fill("1 rue du port")
    typist.reads(OFFLINE)
    expect(typist.page.locator("#saisie [role=status]")).to_have_text(OFFLINE)
    assert violations(typist.page) == []
    typist.field("complement_1").fill("Bâtiment B")
    typist.page.get_by_role("button", name="Précédent", exact=True).click()
    expect(typist.field("complement_1")).to_have_value("Bâtiment B")
    typist.page.context.set_offline(False)
    typist.page.get_by_role("heading", level=1, name="Candidatures précédentes").wait_for()
    typist.holds("complement_1", "Bâtiment B")


@pytest.mark.parametrize("away", ["gateway", "registrations"])
def test_while_the_portal_or_its_service_is_away_the_page_tries_again(
    typist: Typist, running: InProcessPortal, away: str
) -> None:
    """Takes as long as the page waits before its second try."""
    with service_stopped(getattr(running, away)):
        typist.field("adresse").fill("1 rue du port")
        typist.reads(NOT_SAVED)
        typist.field("complement_1").fill("Bâtiment B")
    typist.reads(SAVED)
    typist.holds("complement_1", "Bâtiment B")


def test_where_requests_of_scripts_are_blocked_a_second_press_goes_on_after_a_warning(
    typist: Typist,
) -> None:
    warnings: list[str] = []

    def accept(dialog: Dialog) -> None:
        warnings.append(dialog.type)
        dialog.accept()

    typist.page.on("dialog", accept)
    typist.page.route("**/saisie", cut)
    typist.field("adresse").fill("1 rue du port")
    typist.reads(NOT_SAVED)
    button = typist.page.get_by_role("button", name="Précédent", exact=True)
    with typist.page.expect_event("requestfailed"):
        button.click()
    assert warnings == [], "a first press waits"
    button.click()
    typist.page.get_by_role("heading", level=1, name="Candidatures précédentes").wait_for()
    assert warnings == ["beforeunload"]
    typist.holds("adresse", "1 rue du port")


def test_an_answer_that_was_lost_contradicts_nobody(typist: Typist) -> None:
    def answer_is_lost(route: Route) -> None:
        route.fetch()
        cut(route)

    typist.page.route("**/saisie", answer_is_lost, times=1)
    typist.field("adresse").fill("1 rue du port")
    typist.reads(NOT_SAVED)
    typist.field("adresse").fill("12 rue du port")
    typist.reads(SAVED)
    typist.holds("adresse", "12 rue du port")


def test_two_windows_are_told_at_the_first_difference_and_nothing_is_replaced(
    typist: Typist,
) -> None:
    other = typist.page.context.new_page()
    typist.opens(IDENTIFICATION, other)
    typist.field("adresse").fill("1 rue du port")
    typist.reads(SAVED)
    typist.field("adresse", other).fill("2 rue du lac")
    typist.reads(re.compile("Ce dossier a été modifié dans une autre fenêtre"), other)
    assert violations(other) == []
    typist.holds("adresse", "1 rue du port")
    other.get_by_role("button", name="Choisir le texte à garder").click()
    expect(other.get_by_role("heading", level=1)).to_have_text(
        "Ce brouillon a été modifié ailleurs"
    )
    expect(other.locator("main")).to_contain_text("1 rue du port")
    expect(other.locator("main")).to_contain_text("2 rue du lac")


def test_a_window_whose_draft_was_saved_leads_to_the_candidature(
    typist: Typist, candidates: CandidateFactory
) -> None:
    candidates.register(typist.email)
    typist.field("adresse").fill("2 rue du lac")
    typist.reads(re.compile("Votre candidature est enregistrée"))
    expect(typist.page.locator("main")).not_to_contain_text("non transmis", ignore_case=True)
    typist.page.get_by_role("button", name="Continuer", exact=True).click()
    expect(typist.page.get_by_role("heading", level=1)).to_have_text(
        "Ce dossier a déjà été enregistré"
    )
    expect(typist.page.locator("main")).to_contain_text("2 rue du lac")
    typist.page.get_by_role("link", name="Voir ma candidature").click()
    expect(typist.page.get_by_role("heading", level=1)).to_have_text("Récapitulatif")


def test_a_window_on_another_tab_is_no_difference(typist: Typist) -> None:
    other = typist.page.context.new_page()
    typist.opens(CANDIDATURE, other)
    typist.field("adresse").fill("1 rue du port")
    typist.reads(SAVED)
    with other.expect_response(lambda answer: answer.request.method == "POST" and answer.ok):
        typist.field("etablissement-texte", other).fill("Pasteur")
    typist.reads(SAVED, other)


def test_typing_goes_on_once_another_window_has_logged_in_again(typist: Typist) -> None:
    other = typist.page.context.new_page()
    other.goto(f"{typist.url}/")
    other.get_by_role("button", name=page_labels.LOG_OUT).click()
    expect(other.get_by_role("link", name=page_labels.LOG_IN).first).to_be_visible()
    typist.page.bring_to_front()
    typist.field("adresse").fill("1 rue du port")
    typist.reads(re.compile(ENDED))
    assert violations(typist.page) == []
    other.goto(f"{typist.url}/connexion")
    typist.identifies(other)
    other.wait_for_url(f"{typist.url}/")
    typist.reads(SAVED)
    typist.holds("adresse", "1 rue du port")


def test_after_the_session_has_ended_the_page_leads_to_the_log_in_and_back(typist: Typist) -> None:
    typist.page.context.clear_cookies()
    typist.field("adresse").fill("1 rue du port")
    typist.reads(re.compile(ENDED))
    typist.page.get_by_role("button", name="M'identifier").click()
    typist.identifies(typist.page)
    typist.page.get_by_role("button", name="Reprendre ma saisie").click()
    expect(typist.field("adresse")).to_have_value("1 rue du port")
    typist.holds("adresse", "1 rue du port")


def test_a_choice_that_changes_the_form_and_what_is_typed_meanwhile_are_both_saved(
    typist: Typist,
) -> None:
    held = _choose_unanswered(typist, "320")
    typist.field("etablissement-texte").press_sequentially("Pasteur")
    with typist.page.expect_response("**/saisie"):
        held.pop().continue_()
    typist.reads(SAVED)
    other = typist.page.context.new_page()
    typist.opens(CANDIDATURE, other)
    expect(typist.field("categorie", other)).to_have_value("320")
    expect(typist.field("etablissement-texte", other)).to_have_value("Pasteur")


def test_a_choice_made_while_the_line_is_cut_changes_the_form_when_it_is_back(
    typist: Typist,
) -> None:
    typist.opens(CANDIDATURE)
    typist.page.context.set_offline(True)
    typist.field("categorie").select_option("320")
    typist.reads(OFFLINE)
    typist.field("etablissement-texte").fill("Pasteur")
    with typist.page.expect_response(
        lambda answer: answer.url.endswith(f"/{CANDIDATURE}") and answer.status == 303
    ):
        typist.page.context.set_offline(False)
    expect(typist.field("categorie")).to_have_value("320")
    expect(typist.field("etablissement-texte")).to_have_value("Pasteur")


def test_a_choice_that_is_never_answered_does_not_hold_up_what_is_typed_after_it(
    typist: Typist,
) -> None:
    """Takes as long as the page waits for an answer."""
    _choose_unanswered(typist, "320")
    with typist.page.expect_response("**/saisie"):
        typist.field("etablissement-texte").fill("Pasteur")
    typist.reads(SAVED)


def test_a_choice_that_changes_the_form_leaves_the_field_that_has_the_focus_where_it_was(
    typist: Typist,
) -> None:
    held = _choose_unanswered(typist, "510")
    field = typist.page.get_by_label("Situation à l'inscription")
    field.focus()
    before = field.evaluate(_TOP)
    held.pop().continue_()
    expect(typist.page.get_by_text("Vous devrez justifier de 3 ans")).to_be_visible()
    expect(field).to_be_focused()
    assert field.evaluate(_TOP) == before


def test_the_keyboard_stays_on_a_button_while_the_form_is_renewed(typist: Typist) -> None:
    held = _choose_unanswered(typist, "510")
    button = typist.page.get_by_role("button", name="Suivant", exact=True)
    button.focus()
    held.pop().continue_()
    expect(typist.page.get_by_text("Vous devrez justifier de 3 ans")).to_be_visible()
    expect(button).to_be_focused()


def test_a_button_that_is_held_down_while_the_form_changes_is_pressed(typist: Typist) -> None:
    held = _choose_unanswered(typist, "510")
    typist.page.get_by_role("button", name="Précédent", exact=True).hover()
    typist.page.mouse.down()
    with typist.page.expect_response(
        lambda answer: answer.url.endswith(f"/{CANDIDATURE}") and answer.ok
    ) as answered:
        held.pop().continue_()
    answered.value.finished()
    typist.page.evaluate(
        "() => new Promise(requestAnimationFrame)"
    )  # the form is replaced by now, unless it waits
    typist.page.mouse.up()
    typist.page.get_by_role("heading", level=1, name="Identification").wait_for()
    typist.opens(CANDIDATURE)
    expect(typist.field("categorie")).to_have_value("510")


def _choose_unanswered(typist: Typist, category: str) -> list[Route]:
    typist.opens(CANDIDATURE)
    held: list[Route] = []
    typist.page.route(f"**/{CANDIDATURE}", lambda route: held.append(route), times=1)
    with typist.page.expect_request(f"**/{CANDIDATURE}"):
        typist.field("categorie").select_option(category)
    return held


@contextmanager
def before_scripts(typist: Typist, number: int) -> Iterator[None]:
    """The tab as it is shown before its scripts arrive, which they do at the end of the block."""
    held: list[Route] = []
    typist.page.route("**/portail-*.js", lambda route: held.append(route), times=1)
    typist.page.goto(f"{typist.draft}/{number}", wait_until="commit")
    typist.page.get_by_role("button", name="Suivant", exact=True).wait_for()
    yield
    held.pop().continue_()


def test_a_choice_made_before_the_scripts_arrive_changes_the_form_and_what_is_typed_is_saved(
    typist: Typist,
) -> None:
    country = typist.field("pays")
    with before_scripts(typist, IDENTIFICATION):
        expect(typist.field("code_postal")).to_have_attribute("inputmode", "numeric")
        country.select_option(label="ALLEMAGNE")
        typist.field("adresse").fill("1 rue du port")
    expect(typist.field("code_postal")).not_to_have_attribute("inputmode", "numeric")
    expect(country.locator("option:checked")).to_have_text("ALLEMAGNE")
    typist.holds("adresse", "1 rue du port")


def test_words_typed_before_the_scripts_arrive_are_not_sent_for_the_school_chosen_earlier(
    typist: Typist,
) -> None:
    typist.opens(CANDIDATURE)
    typist.field("categorie").select_option("320")
    words = typist.field("etablissement-texte")
    words.fill("adrien paris")
    with typist.page.expect_response(_has_school):
        typist.page.get_by_role("option", name=SCHOOL, exact=True).click()
    typist.reads(SAVED)
    with before_scripts(typist, CANDIDATURE):
        expect(words).to_have_value(SCHOOL)
        words.fill("Pasteur")
        typist.field("categorie").focus()
    typist.reads(SAVED)
    expect(words).to_have_value("Pasteur")
    expect(typist.field("etablissement")).to_have_value("")


def _has_school(answer: Response) -> bool:
    """Whether it answers a post with the school: the category is posted before it."""
    return answer.ok and SCHOOL_CODE in (answer.request.post_data or "")
