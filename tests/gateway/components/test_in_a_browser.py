"""Components as people meet them: at two widths, by keyboard, by screen reader (axe), with the script and without."""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from gateway.components_page import SESSION_END
from gateway.layout.frame import HOME
from services.contracts import page_labels
from tests.journeys.zoomed_user import ZOOMED_VIEWPORT, layout_faults
from tests.support.accessibility import violations
from tests.support.chromium import DESKTOP, TELEPHONE, french_profile

PAGES = (
    "/composants",
    "/composants/onglets?erreurs=1",
    "/composants/onglets?douze=1",
    "/composants/connexion",
    "/composants/introuvable",
)
COUNT_WHAT_MOVES = """
window.moved = 0;
new PerformanceObserver((list) => { for (const shift of list.getEntries()) window.moved += shift.value; })
  .observe({ type: "layout-shift", buffered: true });
"""
WARNED_SECONDS = SESSION_END.ends_in - SESSION_END.warns_before + 60  # a minute after the warning
Open = Callable[..., BrowserContext]


@pytest.fixture
def open_profile(browser: Browser) -> Iterator[Open]:
    """Give `open_profile(**options)`: clean profiles, closed with the test."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        opened.append(french_profile(browser, **options))
        return opened[-1]

    yield open_one
    for context in opened:
        context.close()


@pytest.mark.parametrize("viewport", [DESKTOP, TELEPHONE], ids=["1280", "360"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_and_the_policy_stops_nothing(
    open_profile: Open, site: str, address: str, viewport: dict[str, int]
) -> None:
    page = open_profile(viewport=viewport).new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site + address, wait_until="networkidle")
    assert violations(page) == []
    assert complaints == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
@pytest.mark.parametrize("address", PAGES)
def test_nothing_sticks_out_at_320_pixels(open_profile: Open, site: str, address: str, script: bool) -> None:
    page = open_profile(viewport={"width": 320, "height": 700}, java_script_enabled=script).new_page()
    page.goto(site + address)
    # A picture of the whole page is as wide as what sticks out; it needs no script.
    picture = Image.open(BytesIO(page.screenshot(full_page=True)))
    assert picture.width == 320


def test_without_the_script_menu_account_and_way_back_are_in_sight(open_profile: Open, site: str) -> None:
    page = open_profile(viewport=TELEPHONE, java_script_enabled=False).new_page()
    page.goto(f"{site}/composants/onglets")
    expect(page.get_by_role("link", name=page_labels.JUSTIFICATIFS)).to_be_visible()
    expect(page.get_by_role("link", name=page_labels.ACCOUNT)).to_be_visible()
    expect(page.get_by_role("button", name=page_labels.LOG_OUT)).to_be_visible()
    expect(page.get_by_role("navigation", name="Vous êtes ici").get_by_role("link", name=HOME.label)).to_be_visible()
    expect(page.get_by_role("button", name="Actualiser selon le choix « Diplôme ou formation »")).to_be_visible()
    expect(page.get_by_role("button", name="Rechercher")).to_be_visible()


def test_where_the_script_does_not_come_everything_is_open_as_without_any(open_profile: Open, site: str) -> None:
    page = open_profile(viewport=TELEPHONE).new_page()
    page.route("**/portail.js", lambda route: route.abort())
    page.goto(f"{site}/composants/onglets")
    expect(page.get_by_role("link", name=page_labels.JUSTIFICATIFS)).to_be_visible()
    expect(page.get_by_role("button", name="Actualiser selon le choix « Diplôme ou formation »")).to_be_visible()


def test_nothing_moves_when_the_script_starts(open_profile: Open, site: str) -> None:
    page = open_profile(viewport=TELEPHONE).new_page()
    page.add_init_script(COUNT_WHAT_MOVES)
    script: list[Route] = []
    page.route("**/portail.js", lambda route: script.append(route))
    with page.expect_request("**/portail.js"):
        page.goto(f"{site}/composants/onglets", wait_until="commit")
    page.get_by_role("button", name="Menu", exact=True).wait_for()
    page.get_by_role("contentinfo").wait_for()
    page.wait_for_function("[...document.querySelectorAll('link[rel=stylesheet]')].every((link) => link.sheet)")
    page.evaluate("document.fonts.ready.then(() => null)")
    script[0].continue_()
    expect(page.locator("html[data-fr-js]")).to_be_attached()
    assert page.evaluate("window.moved") == 0


def test_without_the_script_a_place_is_found_and_chosen_by_full_pages(open_profile: Open, site: str) -> None:
    page = open_profile(java_script_enabled=False).new_page()
    page.goto(f"{site}/composants/onglets")
    page.get_by_label("Commune de naissance").fill("rem")
    page.get_by_role("button", name="Rechercher").click()
    expect(page.get_by_role("radio", name="REMICOURT")).to_be_checked()


def test_on_a_telephone_the_menu_opens_and_closes(open_profile: Open, site: str) -> None:
    page = open_profile(viewport=TELEPHONE).new_page()
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    expect(page.get_by_role("link", name=page_labels.DOCUMENTS)).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name=page_labels.DOCUMENTS)).to_be_visible()
    expect(page.get_by_role("button", name=page_labels.LOG_OUT)).to_be_visible()
    page.get_by_role("button", name="Fermer").click()
    expect(page.get_by_role("link", name=page_labels.DOCUMENTS)).to_be_hidden()


def test_a_choice_that_changes_the_form_renews_it_and_keeps_what_is_typed_meanwhile(page: Page, site: str) -> None:
    waiting: list[Route] = []
    page.route("**/composants/onglets", lambda route: _hold(route, waiting))
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_label("Diplôme ou formation").select_option("BREVET DE TECHNICIEN")
    assert "action=stay" in (sent.value.post_data or "")
    page.get_by_label("Téléphone portable").fill("0623456789")
    with page.expect_response(lambda response: response.request.method == "POST"):
        waiting.pop().continue_()
    expect(page.get_by_label("Diplôme ou formation")).to_have_value("bt")
    expect(page.get_by_label("Téléphone portable")).to_have_value("0623456789")
    expect(page.get_by_label("Téléphone portable")).to_be_focused()


def test_the_keyboard_stays_on_a_button_while_the_form_is_renewed(page: Page, site: str) -> None:
    waiting: list[Route] = []
    page.route("**/composants/onglets", lambda route: _hold(route, waiting))
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    with page.expect_request(lambda request: request.method == "POST"):
        page.get_by_label("Diplôme ou formation").select_option("BREVET DE TECHNICIEN")
    page.get_by_label("Diplôme ou formation").evaluate("former => { former.dataset.ancien = '' }")
    page.get_by_role("button", name="Suivant").focus()
    with page.expect_response(lambda response: response.request.method == "POST"):
        waiting.pop().continue_()
    expect(page.locator("[data-ancien]")).to_have_count(0)
    expect(page.get_by_role("button", name="Suivant")).to_be_focused()


def test_a_button_pressed_while_the_form_is_renewed_waits_for_it(page: Page, site: str) -> None:
    waiting: list[Route] = []
    page.route("**/composants/onglets", lambda route: _hold(route, waiting))
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    with page.expect_request(lambda request: request.method == "POST"):
        page.get_by_label("Diplôme ou formation").select_option("BREVET DE TECHNICIEN")
    page.get_by_role("button", name="Suivant").click()
    with page.expect_request(lambda request: "action=next" in (request.post_data or "")):
        waiting.pop().continue_()


def test_a_searched_choice_that_changes_the_form_is_sent_when_it_is_made(page: Page, site: str) -> None:
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    page.get_by_label("Commune de naissance").fill("cae")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("option", name="CAEN").click()
    assert "commune=14118" in (sent.value.post_data or "")
    page.get_by_label("Commune de naissance").fill("rei")
    expect(page.get_by_role("option", name="REIMS")).to_be_visible()


def test_a_form_that_cannot_be_renewed_in_place_is_sent_as_a_page(page: Page, site: str) -> None:
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    page.route(
        "**/composants/onglets",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
        times=1,
    )
    with page.expect_navigation():
        page.get_by_label("Diplôme ou formation").select_option("BREVET DE TECHNICIEN")
    expect(page.get_by_label("Diplôme ou formation")).to_have_value("bt")


def _hold(route: Route, waiting: list[Route]) -> None:
    if "action=stay" in (route.request.post_data or ""):
        waiting.append(route)
    else:
        route.continue_()


def test_the_summary_of_mistakes_takes_the_focus_and_leads_to_the_field(page: Page, site: str) -> None:
    page.goto(f"{site}/composants/onglets?erreurs=1", wait_until="networkidle")
    expect(page.locator("#resume-erreurs")).to_be_focused()
    page.get_by_role("link", name="Répondez Oui ou Non").click()
    expect(page.get_by_role("radio", name="Oui")).to_be_focused()


def test_a_password_can_be_looked_at(page: Page, site: str) -> None:
    page.goto(f"{site}/composants", wait_until="networkidle")
    page.get_by_label("Mot de passe *", exact=True).fill("Secret.123")
    page.get_by_label("Afficher").check(force=True)
    expect(page.get_by_label("Mot de passe *", exact=True)).to_have_attribute("type", "text")


def test_the_end_of_the_session_is_announced_and_put_off(page: Page, site: str) -> None:
    _type_and_wait(page, site, WARNED_SECONDS)
    expect(page.get_by_role("alert")).to_contain_text("Votre session va bientôt se terminer")
    expect(page.get_by_role("alert")).to_contain_text(f"{(SESSION_END.ends_in - WARNED_SECONDS) // 60} minutes")
    page.get_by_role("button", name="Rester connecté").click()
    expect(page.get_by_text("Votre session va bientôt se terminer")).to_have_count(0)
    expect(page.get_by_label("Téléphone portable")).to_have_value("0623456789")


def test_at_400_percent_the_end_of_the_session_covers_nothing_and_is_read_whole(open_profile: Open, site: str) -> None:
    page = open_profile(viewport=ZOOMED_VIEWPORT).new_page()
    page.clock.install()
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    page.clock.fast_forward(WARNED_SECONDS * 1000)
    expect(page.get_by_role("alert")).to_contain_text("Votre session va bientôt se terminer")
    assert layout_faults(page) == []


def test_letters_typed_into_a_list_that_changes_the_form_lead_to_their_line(page: Page, site: str) -> None:
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    page.get_by_label("Diplôme ou formation").focus()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.keyboard.type("BREVET")  # its first letter alone is that of BACCALAURÉAT
        page.keyboard.press("Tab")
    assert "diplome=bt" in (sent.value.post_data or "")
    expect(page.get_by_label("Diplôme ou formation")).to_have_value("bt")


def test_a_session_that_ended_leaves_what_was_typed(page: Page, site: str) -> None:
    _type_and_wait(page, site, SESSION_END.ends_in + 60)
    expect(page.get_by_role("alert")).to_contain_text("Votre session est terminée")
    expect(page.get_by_label("Téléphone portable")).to_have_value("0623456789")


def _type_and_wait(page: Page, site: str, seconds: int) -> None:
    """A telephone number is typed, then nothing happens for so long."""
    page.clock.install()
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    page.get_by_label("Téléphone portable").fill("0623456789")
    page.clock.fast_forward(seconds * 1000)


def test_a_form_pressed_twice_is_sent_once(page: Page, site: str) -> None:
    posts: list[str] = []
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    with page.expect_navigation():
        page.get_by_role("button", name="Suivant").dblclick()
    assert len(posts) == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_every_column_of_a_table_is_in_sight_on_a_telephone(open_profile: Open, site: str, script: bool) -> None:
    page = open_profile(viewport=TELEPHONE, java_script_enabled=script).new_page()
    page.goto(f"{site}/composants")
    table = page.get_by_role("table", name="Epreuve(s) obligatoire(s)").first
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="E1 - Culture générale"))
    for column, text in (("Position", "Inscrit"), ("Mode évaluation", "Ponctuel")):
        cell = row.get_by_role("cell", name=text)
        box = cell.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= TELEPHONE["width"]
        label = cell.evaluate("one => getComputedStyle(one, '::before').content")
        assert column in label or "attr(data-colonne)" in label
        assert cell.get_attribute("data-colonne") == column


@pytest.mark.parametrize("viewport", [{"width": 320, "height": 700}, {"width": 800, "height": 700}], ids=["320", "800"])
def test_the_title_of_a_row_is_read_to_its_end(open_profile: Open, site: str, viewport: dict[str, int]) -> None:
    """The language that was chosen stands at the end of the longest titles."""
    page = open_profile(viewport=viewport).new_page()
    page.goto(f"{site}/composants")
    table = page.get_by_role("table", name="Epreuve(s) obligatoire(s)").first
    title = table.get_by_role("rowheader", name="E1 - Culture générale")
    title.evaluate("one => { one.textContent += ' : expression écrite et orale'.repeat(6); }")
    frame = table.locator("xpath=..")
    assert frame.evaluate("one => one.scrollWidth <= one.clientWidth")
