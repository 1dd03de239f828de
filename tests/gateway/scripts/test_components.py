"""Components as people meet them: at two widths, by keyboard, by screen reader (axe), with the script and without."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from gateway.layout.frame import HOME
from services.chassis.french import file_size
from services.contracts import page_labels
from tests.gateway.components.sample_form import SESSION_END
from tests.journeys.users import ZOOMED_VIEWPORT, layout_faults
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
