"""Components as people meet them: at two widths, by keyboard, by screen reader (axe), with the
script and without."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Request, Response, Route, expect

from gateway.layout.frame import HOME, SessionEnd
from services.contracts import page_labels
from services.french import file_size
from tests.gateway.candidates import Browser, CandidateFactory
from tests.gateway.filled_tabs import ACQUIS, up_to
from tests.gateway.scripts.conftest import take_session_over
from tests.journeys.users import ZOOMED_VIEWPORT, layout_faults
from tests.support.accessibility import violations
from tests.support.chromium import DESKTOP, TELEPHONE
from tests.support.in_process_portal import InProcessPortal

COUNT_WHAT_MOVES = """
window.moved = 0;
new PerformanceObserver((list) => { for (const shift of list.getEntries()) window.moved += shift.value; })
  .observe({ type: "layout-shift", buffered: true });
"""
STYLE = Path(__file__).parents[3] / "gateway/style"
KIBIBYTE = 1024
MEBIBYTE = 1024 * 1024
SIZES = [
    0,
    1,
    812,
    KIBIBYTE,
    1023 * KIBIBYTE,
    1023 * KIBIBYTE + 1,
    MEBIBYTE,
    5 * MEBIBYTE,
    5 * MEBIBYTE + 1,
]
DEPARTEMENT = "Département, DOM ou COM de naissance"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def candidate(running: InProcessPortal) -> tuple[Browser, str]:
    """Somebody logged in, and the address of « Informations candidature » in their draft, where all
    is missing."""
    candidates = CandidateFactory(running)
    email = candidates.create_activated_account()
    return candidates.log_in(email), f"{running.url}{candidates.open_draft(email)}/3?verifier=oui"


@pytest.fixture
def tab(candidate: tuple[Browser, str]) -> str:
    return candidate[1]


@pytest.fixture
def open_page(open_page: Open, candidate: tuple[Browser, str]) -> Open:
    """With the candidate's session."""

    def open_one(**options: Any) -> Page:
        page = open_page(**options)
        take_session_over(page, candidate[0])
        return page

    return open_one


@pytest.mark.parametrize("viewport", [DESKTOP, TELEPHONE], ids=["1280", "360"])
def test_axe_finds_nothing_and_the_policy_stops_nothing(
    open_page: Open, tab: str, viewport: dict[str, int]
) -> None:
    page = open_page(viewport=viewport)
    faults: list[str] = []
    page.on(
        "console", lambda message: faults.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(tab, wait_until="networkidle")
    assert faults + violations(page) == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "without"])
def test_nothing_sticks_out_at_320_pixels(open_page: Open, tab: str, script: bool) -> None:
    page = open_page(viewport={"width": 320, "height": 700}, java_script_enabled=script)
    page.goto(tab)
    # A picture of the whole page is as wide as what sticks out; it needs no script.
    assert Image.open(BytesIO(page.screenshot(full_page=True))).width == 320


@pytest.mark.parametrize("lost", [True, False], ids=["lost", "forbidden"])
def test_without_the_script_everything_is_in_sight(open_page: Open, tab: str, lost: bool) -> None:
    """Where it does not come as where the browser runs none."""
    page = open_page(viewport=TELEPHONE, java_script_enabled=lost)
    page.route("**/portail-*.js", lambda route: route.abort())
    page.goto(tab)
    expect(page.get_by_role("link", name=page_labels.JUSTIFICATIFS)).to_be_visible()
    expect(page.get_by_role("link", name=page_labels.ACCOUNT)).to_be_visible()
    expect(page.get_by_role("button", name=page_labels.LOG_OUT)).to_be_visible()
    expect(
        page.get_by_role("navigation", name="Vous êtes ici").get_by_role("link", name=HOME.label)
    ).to_be_visible()
    expect(
        page.get_by_role("button", name="Actualiser selon le choix « Catégorie du candidat »")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Rechercher : Etablissement")).to_be_visible()


def test_nothing_moves_when_the_script_starts(open_page: Open, tab: str) -> None:
    page = open_page(viewport=TELEPHONE)
    page.add_init_script(COUNT_WHAT_MOVES)
    script: list[Route] = []
    page.route("**/portail-*.js", lambda route: script.append(route))
    with page.expect_request("**/portail-*.js"):
        page.goto(tab.partition("?")[0], wait_until="commit")
    page.get_by_role("button", name="Menu", exact=True).wait_for()
    page.get_by_role("contentinfo").wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('link[rel=stylesheet]')].every((link) => link.sheet)"
    )
    page.evaluate("document.fonts.ready.then(() => null)")
    script[0].continue_()
    expect(page.locator("html[data-fr-js]")).to_be_attached()
    assert page.evaluate("window.moved") == 0


def test_on_a_telephone_the_menu_opens_and_closes(open_page: Open, tab: str) -> None:
    page = open_page(viewport=TELEPHONE)
    page.goto(tab, wait_until="networkidle")
    expect(page.get_by_role("link", name=page_labels.DOCUMENTS)).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name=page_labels.DOCUMENTS)).to_be_visible()
    expect(page.get_by_role("button", name=page_labels.LOG_OUT)).to_be_visible()
    page.get_by_role("button", name="Fermer").click()
    expect(page.get_by_role("link", name=page_labels.DOCUMENTS)).to_be_hidden()


def test_the_summary_of_mistakes_takes_the_focus_and_leads_to_the_field(
    open_page: Open, tab: str
) -> None:
    page = open_page()
    page.goto(tab, wait_until="networkidle")
    expect(page.locator("#resume-erreurs")).to_be_focused()
    page.locator("#resume-erreurs a[href='#champ-handicap']").click()
    expect(page.locator("input#champ-handicap")).to_be_focused()


def test_the_end_of_the_session_is_announced_put_off_and_leaves_what_was_typed(
    open_page: Open, running: InProcessPortal
) -> None:
    """At 400 % it covers nothing."""
    lasts = running.accounts.app.extensions["portail"].session_idle_seconds
    page = open_page(viewport=ZOOMED_VIEWPORT)
    page.clock.install()
    page.goto(f"{running.url}/compte", wait_until="networkidle")
    page.locator("[name=prenoms]").fill("Laurent Paul")
    page.clock.fast_forward((lasts - SessionEnd.warns_before + 60) * 1000)
    expect(page.get_by_role("alert")).to_contain_text("Votre session va bientôt se terminer")
    expect(page.get_by_role("alert")).to_contain_text(
        f"{SessionEnd.warns_before // 60 - 1} minutes"
    )
    assert layout_faults(page) == []
    page.get_by_role("button", name="Rester connecté").click()
    expect(page.get_by_text("Votre session va bientôt se terminer")).to_have_count(0)
    page.clock.fast_forward((lasts + 60) * 1000)
    expect(page.get_by_role("alert")).to_contain_text("Votre session est terminée")
    expect(page.locator("[name=prenoms]")).to_have_value("Laurent Paul")


def test_a_form_pressed_twice_is_sent_once(page: Page, running: InProcessPortal) -> None:
    posts: list[str] = []
    page.on(
        "request", lambda request: posts.append(request.url) if request.method == "POST" else None
    )
    page.goto(f"{running.url}/compte/mot-de-passe-oublie", wait_until="networkidle")
    page.locator("[name=email]").fill("personne@example.org")
    with page.expect_navigation():
        page.get_by_role("button", name="Recevoir un lien").dblclick()
    assert len(posts) == 1


def test_the_script_and_the_services_write_a_size_alike(page: Page) -> None:
    script = (STYLE / "deposit/sizes.js").read_text(encoding="utf-8").replace("export ", "")
    assert page.evaluate(f"sizes => {{ {script} return sizes.map(sizeInWords); }}", SIZES) == [
        file_size(size) for size in SIZES
    ]


@pytest.fixture
def creation(page: Page, running: InProcessPortal) -> Page:
    """« Formulaire de création » with a département of birth chosen, where communes are
    proposed."""
    page.goto(f"{running.url}/compte/creation", wait_until="networkidle")
    departement = page.get_by_label(DEPARTEMENT)
    departement.evaluate("former => { former.dataset.ancien = '' }")
    departement.select_option("014")
    expect(page.locator("[data-ancien]")).to_have_count(0)
    return page


def test_a_form_that_cannot_be_renewed_in_place_is_sent_as_a_page(creation: Page) -> None:
    creation.route(
        "**/compte/creation",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
        times=1,
    )
    with creation.expect_navigation():
        creation.get_by_label(DEPARTEMENT).select_option("025")
    expect(creation.get_by_label(DEPARTEMENT)).to_have_value("025")


def test_letters_typed_into_a_list_that_changes_the_form_lead_to_their_line(
    creation: Page,
) -> None:
    creation.get_by_label(DEPARTEMENT).focus()
    with creation.expect_request(lambda request: request.method == "POST") as sent:
        creation.keyboard.type("025")  # its first digit alone is that of others
        creation.keyboard.press("Tab")
    assert "departement_naissance=025" in (sent.value.post_data or "")
    expect(creation.get_by_label(DEPARTEMENT)).to_have_value("025")


def test_a_searched_choice_that_changes_the_form_is_sent_at_once(
    open_page: Open, candidates: CandidateFactory
) -> None:
    def is_sent(request: Request) -> bool:
        return bool(re.search(r"autre_bts-specialite=\d{5}\b", request.post_data or ""))

    def is_renewed(answer: Response) -> bool:
        return answer.ok and answer.url.endswith(f"/{ACQUIS}")

    browser, draft = up_to(candidates, ACQUIS)
    page = open_page()
    take_session_over(page, browser)
    page.goto(f"{browser.url}{draft}/{ACQUIS}", wait_until="networkidle")
    with page.expect_response(is_renewed):
        page.locator("[name=autre_bts]").check(force=True)
    page.locator("[name=autre_bts-specialite-texte]").fill("commercial")
    suggestions = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    with page.expect_response(is_renewed), page.expect_request(is_sent):
        suggestions.first.click()
    page.locator("[name=autre_bts-specialite-texte]").fill("commercial")
    expect(suggestions.first).to_be_visible()


@pytest.fixture
def box(creation: Page) -> Locator:
    return creation.get_by_role("combobox", name="Commune de naissance *", exact=True)


@pytest.fixture
def second(creation: Page, box: Locator) -> Locator:
    """With « er » typed, the suggestion ERNES, which is shown as the second of two."""
    box.press_sequentially("er")
    suggestion = creation.get_by_role("option", name="ERNES", exact=True)
    expect(suggestion).to_be_visible()
    return suggestion


@pytest.mark.usefixtures("second")
def test_suggestions_are_reached_and_chosen_by_the_keyboard(creation: Page, box: Locator) -> None:
    suggestions = creation.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(suggestions).to_have_text(["ERAINES", "ERNES"])
    expect(creation.get_by_role("status").filter(has_text="2 résultats")).to_be_attached()
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "champ-commune_naissance-suggestions-1")
    box.press("Enter")
    expect(box).to_have_value("ERNES")
    expect(creation.locator("input[name=commune_naissance]")).to_have_value("ERNES")
    expect(suggestions).to_have_count(0)


def test_a_late_answer_leaves_the_suggestion_reached_by_arrows(
    creation: Page, box: Locator, second: Locator
) -> None:
    """What Enter does must not depend on when the words typed last are answered."""
    with creation.expect_response(lambda answer: "q=ern" in answer.url):
        box.press("n")
        box.press("ArrowDown")
        box.press("ArrowDown")
        expect(second).to_have_attribute("aria-selected", "true")
    expect(creation.get_by_role("listbox", name="Suggestions").get_by_role("option")).to_have_text(
        ["ERNES"]
    )
    expect(second).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(box).to_have_value("ERNES")


def test_enter_searches_and_does_not_send_the_form_while_nothing_is_chosen(
    creation: Page, box: Locator
) -> None:
    sent: list[str] = []
    creation.on(
        "request",
        lambda request: sent.append(request.url) if request.is_navigation_request() else None,
    )
    box.press_sequentially("e")
    box.press("Enter")
    expect(creation.get_by_text("Saisissez au moins 2 lettres.")).to_be_visible()
    box.press_sequentially("r")
    box.press("Enter")
    expect(creation.get_by_text("2 résultats")).to_be_attached()
    expect(creation.get_by_role("option", name="ERNES", exact=True)).to_be_visible()
    box.press("Enter")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("ERAINES")
    assert sent == []


def test_a_suggestion_is_clicked_or_typed_in_full_and_forgotten_with_its_words(
    creation: Page, box: Locator
) -> None:
    box.fill("cae")
    creation.get_by_role("option", name="CAEN").click()
    expect(creation.locator("input[name=commune_naissance]")).to_have_value("CAEN")
    box.fill("caexx")
    expect(creation.locator("input[name=commune_naissance]")).to_have_value("")
    expect(creation.get_by_text("Aucun résultat")).to_be_visible()
    box.fill("ernes")
    expect(creation.get_by_role("option", name="ERNES")).to_be_visible()
    box.press("Tab")
    expect(creation.locator("input[name=commune_naissance]")).to_have_value("ERNES")


def test_what_explains_a_suggestion_is_seen_and_is_no_part_of_its_name(creation: Page) -> None:
    """A telephone shows no `title`."""
    hint = "candidats individuels de l'Aube"
    answer = {
        "options": [{"value": "1", "label": "INDIVIDUELS 010", "hint": hint}],
        "advice": None,
    }
    creation.route(lambda url: "q=" in url, lambda route: route.fulfill(json=answer))
    creation.get_by_label("Commune de naissance").fill("aube")
    expect(creation.get_by_text(hint)).to_be_visible()
    creation.get_by_role("option", name="INDIVIDUELS 010", exact=True).click()
    expect(creation.get_by_label("Commune de naissance")).to_have_value("INDIVIDUELS 010")
    expect(creation.locator("input[name=commune_naissance]")).to_have_value("1")


def test_communes_of_a_postal_code_are_proposed_and_bind_nobody(open_page: Open, tab: str) -> None:
    page = open_page()
    page.goto(tab.replace("/3?verifier=oui", "/2"), wait_until="networkidle")
    page.get_by_label("Code postal").fill("25200")
    town = page.get_by_label("Localité")
    town.focus()
    proposals = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(proposals).to_have_text(["BETHONCOURT", "GRAND-CHARMONT", "MONTBELIARD"])
    town.press_sequentially("mont")
    expect(proposals).to_have_text(["MONTBELIARD"])
    proposals.click()
    expect(town).to_have_value("MONTBELIARD")
    town.fill("MONTBELIARD CEDEX")
    town.press("Tab")
    expect(town).to_have_value("MONTBELIARD CEDEX")


def test_a_search_that_fails_gives_the_button_back(creation: Page) -> None:
    creation.route("**/compte/communes*", lambda route: route.fulfill(status=503))
    expect(creation.get_by_role("button", name="Rechercher")).to_be_hidden()
    creation.get_by_label("Commune de naissance").fill("caen")
    expect(creation.get_by_role("button", name="Rechercher")).to_be_visible()


def test_a_mistyped_mail_domain_is_told_in_a_live_region_and_mended_by_one_press(
    creation: Page,
) -> None:
    address = creation.get_by_role("textbox", name="Adresse mail *", exact=True)
    address.fill("anne@gmial.com")
    address.blur()
    messages = creation.locator("#champ-email-messages[aria-live=polite]")
    expect(messages).to_have_text("Vouliez-vous dire : anne@gmail.com ?", use_inner_text=True)
    messages.get_by_role("button", name="anne@gmail.com").press("Enter")
    expect(address).to_have_value("anne@gmail.com")
    expect(address).to_be_focused()
    expect(messages).to_be_empty()
