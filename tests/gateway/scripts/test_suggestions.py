"""Suggestions under a searched field, as people choose them: by keyboard, by a click, typed in full."""

import pytest
from playwright.sync_api import Locator, Page, expect


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
