"""Components as people meet them: at two widths, by keyboard, by screen reader (axe), with the script and without."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from gateway.layout.frame import HOME
from services.chassis.french import file_size
from services.contracts import page_labels
from tests.gateway.components.sample_form import SESSION_END
from tests.journeys.zoomed_user import ZOOMED_VIEWPORT, layout_faults
from tests.support.accessibility import violations
from tests.support.chromium import DESKTOP, TELEPHONE

FORM_WITH_MISTAKES = "/composants/onglets?erreurs=1"
COUNT_WHAT_MOVES = """
window.moved = 0;
new PerformanceObserver((list) => { for (const shift of list.getEntries()) window.moved += shift.value; })
  .observe({ type: "layout-shift", buffered: true });
"""
STYLE = Path(__file__).parents[3] / "gateway/style"
KIBIBYTE, MEBIBYTE = 1024, 1024 * 1024
SIZES = [0, 1, 812, KIBIBYTE, 1023 * KIBIBYTE, 1023 * KIBIBYTE + 1, MEBIBYTE, 5 * MEBIBYTE, 5 * MEBIBYTE + 1]
WARNED_SECONDS = SESSION_END.ends_in - SESSION_END.warns_before + 60  # a minute after the warning
Open = Callable[..., Page]


@pytest.mark.parametrize("viewport", [DESKTOP, TELEPHONE], ids=["1280", "360"])
def test_axe_finds_nothing_and_the_policy_stops_nothing(open_page: Open, site: str, viewport: dict[str, int]) -> None:
    page = open_page(viewport=viewport)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(site + FORM_WITH_MISTAKES, wait_until="networkidle")
    assert faults + violations(page) == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_nothing_sticks_out_at_320_pixels(open_page: Open, site: str, script: bool) -> None:
    page = open_page(viewport={"width": 320, "height": 700}, java_script_enabled=script)
    page.goto(site + FORM_WITH_MISTAKES)
    # A picture of the whole page is as wide as what sticks out; it needs no script.
    assert Image.open(BytesIO(page.screenshot(full_page=True))).width == 320


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "forbidden"])
def test_without_the_script_everything_is_in_sight(open_page: Open, site: str, lost: bool) -> None:
    """Where it does not come as where the browser runs none."""
    page = open_page(viewport=TELEPHONE, java_script_enabled=lost)
    page.route("**/portail-*.js", lambda route: route.abort())
    page.goto(f"{site}/composants/onglets")
    expect(page.get_by_role("link", name=page_labels.JUSTIFICATIFS)).to_be_visible()
    expect(page.get_by_role("link", name=page_labels.ACCOUNT)).to_be_visible()
    expect(page.get_by_role("button", name=page_labels.LOG_OUT)).to_be_visible()
    expect(page.get_by_role("navigation", name="Vous êtes ici").get_by_role("link", name=HOME.label)).to_be_visible()
    expect(page.get_by_role("button", name="Actualiser selon le choix « Diplôme ou formation »")).to_be_visible()
    expect(page.get_by_role("button", name="Rechercher")).to_be_visible()


def test_nothing_moves_when_the_script_starts(open_page: Open, site: str) -> None:
    page = open_page(viewport=TELEPHONE)
    page.add_init_script(COUNT_WHAT_MOVES)
    script: list[Route] = []
    page.route("**/portail-*.js", lambda route: script.append(route))
    with page.expect_request("**/portail-*.js"):
        page.goto(f"{site}/composants/onglets", wait_until="commit")
    page.get_by_role("button", name="Menu", exact=True).wait_for()
    page.get_by_role("contentinfo").wait_for()
    page.wait_for_function("[...document.querySelectorAll('link[rel=stylesheet]')].every((link) => link.sheet)")
    page.evaluate("document.fonts.ready.then(() => null)")
    script[0].continue_()
    expect(page.locator("html[data-fr-js]")).to_be_attached()
    assert page.evaluate("window.moved") == 0


def test_on_a_telephone_the_menu_opens_and_closes(open_page: Open, site: str) -> None:
    page = open_page(viewport=TELEPHONE)
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    expect(page.get_by_role("link", name=page_labels.DOCUMENTS)).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name=page_labels.DOCUMENTS)).to_be_visible()
    expect(page.get_by_role("button", name=page_labels.LOG_OUT)).to_be_visible()
    page.get_by_role("button", name="Fermer").click()
    expect(page.get_by_role("link", name=page_labels.DOCUMENTS)).to_be_hidden()


def test_the_keyboard_stays_on_a_button_while_the_form_is_renewed(tabs: Page) -> None:
    renewal = _ask_for_renewal(tabs)
    tabs.get_by_label("Diplôme ou formation").evaluate("former => { former.dataset.ancien = '' }")
    tabs.get_by_role("button", name="Suivant").focus()
    with tabs.expect_response(lambda response: response.request.method == "POST"):
        renewal.pop().continue_()
    expect(tabs.locator("[data-ancien]")).to_have_count(0)
    expect(tabs.get_by_role("button", name="Suivant")).to_be_focused()


def test_a_searched_choice_that_changes_the_form_is_sent_when_it_is_made(tabs: Page) -> None:
    tabs.get_by_label("Commune de naissance").fill("cae")
    with tabs.expect_response(lambda response: response.request.method == "POST") as answered:
        tabs.get_by_role("option", name="CAEN").click()
    assert "commune=14118" in (answered.value.request.post_data or "")
    tabs.get_by_label("Commune de naissance").fill("rei")
    expect(tabs.get_by_role("option", name="REIMS")).to_be_visible()


def test_a_form_that_cannot_be_renewed_in_place_is_sent_as_a_page(tabs: Page) -> None:
    tabs.route(
        "**/composants/onglets",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
        times=1,
    )
    with tabs.expect_navigation():
        tabs.get_by_label("Diplôme ou formation").select_option("BREVET DE TECHNICIEN")
    expect(tabs.get_by_label("Diplôme ou formation")).to_have_value("bt")


def _ask_for_renewal(tabs: Page) -> list[Route]:
    """A choice that changes the form is made; the request for the new form, which waits to be let go on."""
    waiting: list[Route] = []
    tabs.route("**/composants/onglets", lambda route: waiting.append(route), times=1)
    with tabs.expect_request(lambda request: request.method == "POST"):
        tabs.get_by_label("Diplôme ou formation").select_option("BREVET DE TECHNICIEN")
    return waiting


def test_the_summary_of_mistakes_takes_the_focus_and_leads_to_the_field(page: Page, site: str) -> None:
    page.goto(site + FORM_WITH_MISTAKES, wait_until="networkidle")
    expect(page.locator("#resume-erreurs")).to_be_focused()
    page.get_by_role("link", name="Répondez Oui ou Non").click()
    expect(page.get_by_role("radio", name="Oui")).to_be_focused()


def test_the_end_of_the_session_is_announced_put_off_and_leaves_what_was_typed(page: Page, site: str) -> None:
    _type_and_wait(page, site, WARNED_SECONDS)
    expect(page.get_by_role("alert")).to_contain_text("Votre session va bientôt se terminer")
    expect(page.get_by_role("alert")).to_contain_text(f"{(SESSION_END.ends_in - WARNED_SECONDS) // 60} minutes")
    page.get_by_role("button", name="Rester connecté").click()
    expect(page.get_by_text("Votre session va bientôt se terminer")).to_have_count(0)
    page.clock.fast_forward((SESSION_END.ends_in + 60) * 1000)
    expect(page.get_by_role("alert")).to_contain_text("Votre session est terminée")
    expect(page.get_by_label("Téléphone portable")).to_have_value("0623456789")


def test_at_400_percent_the_end_of_the_session_covers_nothing_and_is_read_whole(open_page: Open, site: str) -> None:
    page = open_page(viewport=ZOOMED_VIEWPORT)
    _type_and_wait(page, site, WARNED_SECONDS)
    expect(page.get_by_role("alert")).to_contain_text("Votre session va bientôt se terminer")
    assert layout_faults(page) == []


def test_letters_typed_into_a_list_that_changes_the_form_lead_to_their_line(tabs: Page) -> None:
    tabs.get_by_label("Diplôme ou formation").focus()
    with tabs.expect_request(lambda request: request.method == "POST") as sent:
        tabs.keyboard.type("BREVET")  # its first letter alone is that of BACCALAURÉAT
        tabs.keyboard.press("Tab")
    assert "diplome=bt" in (sent.value.post_data or "")
    expect(tabs.get_by_label("Diplôme ou formation")).to_have_value("bt")


def _type_and_wait(page: Page, site: str, seconds: int) -> None:
    page.clock.install()
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    page.get_by_label("Téléphone portable").fill("0623456789")
    page.clock.fast_forward(seconds * 1000)


def test_a_form_pressed_twice_is_sent_once(tabs: Page) -> None:
    posts: list[str] = []
    tabs.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    with tabs.expect_navigation():
        tabs.get_by_role("button", name="Suivant").dblclick()
    assert len(posts) == 1


def test_the_script_and_the_services_write_a_size_alike(page: Page) -> None:
    script = (STYLE / "deposit/sizes.js").read_text(encoding="utf-8").replace("export ", "")
    assert page.evaluate(f"sizes => {{ {script} return sizes.map(sizeInWords); }}", SIZES) == [
        file_size(size) for size in SIZES
    ]


@pytest.fixture
def box(tabs: Page) -> Locator:
    return tabs.get_by_role("combobox", name="Commune de naissance *", exact=True)


@pytest.fixture
def second(tabs: Page, box: Locator) -> Locator:
    """With « re » typed, the suggestion REMICOURT, which is shown as the second of two."""
    box.press_sequentially("re")
    suggestion = tabs.get_by_role("option", name="REMICOURT", exact=True)
    expect(suggestion).to_be_visible()
    return suggestion


@pytest.mark.usefixtures("second")
def test_suggestions_are_reached_and_chosen_by_the_keyboard(tabs: Page, box: Locator) -> None:
    suggestions = tabs.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(suggestions).to_have_text(["REIMS", "REMICOURT"])
    expect(tabs.get_by_role("status").filter(has_text="2 résultats")).to_be_attached()
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "champ-commune-suggestions-1")
    box.press("Enter")
    expect(box).to_have_value("REMICOURT")
    expect(tabs.locator("input[name=commune]")).to_have_value("51460")
    expect(suggestions).to_have_count(0)


def test_a_late_answer_leaves_the_suggestion_reached_by_arrows(tabs: Page, box: Locator, second: Locator) -> None:
    """What Enter does must not depend on when the words typed last are answered."""
    with tabs.expect_response(lambda answer: "q=rem" in answer.url):
        box.press("m")
        box.press("ArrowDown")
        box.press("ArrowDown")
        expect(second).to_have_attribute("aria-selected", "true")
    expect(tabs.get_by_role("listbox", name="Suggestions").get_by_role("option")).to_have_text(["REMICOURT"])
    expect(second).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(box).to_have_value("REMICOURT")


def test_enter_searches_and_does_not_send_the_form_while_nothing_is_chosen(tabs: Page, box: Locator) -> None:
    sent: list[str] = []
    tabs.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    box.press_sequentially("r")
    box.press("Enter")
    expect(tabs.get_by_text("Saisissez au moins 2 lettres.")).to_be_visible()
    box.press_sequentially("e")
    box.press("Enter")
    expect(tabs.get_by_text("2 résultats")).to_be_attached()
    expect(tabs.get_by_role("option", name="REMICOURT", exact=True)).to_be_visible()
    box.press("Enter")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("REIMS")
    assert sent == []


def test_a_suggestion_is_chosen_by_a_click_or_typed_in_full_and_forgotten_with_its_words(
    tabs: Page, box: Locator
) -> None:
    box.fill("cae")
    tabs.get_by_role("option", name="CAEN").click()
    expect(tabs.locator("input[name=commune]")).to_have_value("14118")
    box.fill("caexx")
    expect(tabs.locator("input[name=commune]")).to_have_value("")
    expect(tabs.get_by_text("Aucun résultat")).to_be_visible()
    box.fill("troyes")
    expect(tabs.get_by_role("option", name="TROYES")).to_be_visible()
    box.press("Tab")
    expect(tabs.locator("input[name=commune]")).to_have_value("10387")


def test_what_explains_a_suggestion_is_seen_and_is_no_part_of_its_name(tabs: Page) -> None:
    """A telephone shows no `title`."""
    hint = "candidats individuels de l'Aube"
    answer = {"options": [{"value": "1", "label": "INDIVIDUELS 010", "hint": hint}], "advice": None}
    tabs.route(lambda url: "q=" in url, lambda route: route.fulfill(json=answer))
    tabs.get_by_label("Commune de naissance").fill("aube")
    expect(tabs.get_by_text(hint)).to_be_visible()
    tabs.get_by_role("option", name="INDIVIDUELS 010", exact=True).click()
    expect(tabs.get_by_label("Commune de naissance")).to_have_value("INDIVIDUELS 010")


def test_communes_of_a_postal_code_are_proposed_and_bind_nobody(tabs: Page) -> None:
    tabs.get_by_label("Code postal").fill("25200")
    town = tabs.get_by_label("Localité")
    town.focus()
    proposals = tabs.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(proposals).to_have_text(["BETHONCOURT", "GRAND-CHARMONT", "MONTBELIARD"])
    town.press_sequentially("mont")
    expect(proposals).to_have_text(["MONTBELIARD"])
    proposals.click()
    expect(town).to_have_value("MONTBELIARD")
    town.fill("MONTBELIARD CEDEX")
    town.press("Tab")
    expect(town).to_have_value("MONTBELIARD CEDEX")


def test_a_search_that_fails_gives_the_button_back(page: Page, site: str) -> None:
    page.route("**/recherche*", lambda route: route.fulfill(status=503))
    page.goto(f"{site}/composants/onglets", wait_until="networkidle")
    expect(page.get_by_role("button", name="Rechercher")).to_be_hidden()
    page.get_by_label("Commune de naissance").fill("caen")
    expect(page.get_by_role("button", name="Rechercher")).to_be_visible()


def test_a_mistyped_mail_domain_is_told_in_a_live_region_and_mended_by_one_press(tabs: Page) -> None:
    address = tabs.get_by_role("textbox", name="Adresse mail *", exact=True)
    address.fill("anne@gmial.com")
    address.blur()
    messages = tabs.locator("#champ-email-messages[aria-live=polite]")
    expect(messages).to_have_text("Vouliez-vous dire : anne@gmail.com ?", use_inner_text=True)
    messages.get_by_role("button", name="anne@gmail.com").press("Enter")
    expect(address).to_have_value("anne@gmail.com")
    expect(address).to_be_focused()
    expect(messages).to_be_empty()
