"""« Parcourir les spécialités »: what each one asks for, and that choosing one leaves the rest of the tab as typed."""

from __future__ import annotations

from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import problems_of, text_of
from tests.gateway.test_tab_notices import QUALIFICATION, up_to
from tests.registrations.domain.example_specialites import MCO
from tests.support.scriptless_browser import ScriptlessBrowser

BROWSE = "Parcourir les spécialités"


def listed(browser: ScriptlessBrowser) -> list[str]:
    """The spécialités of the page, in its order."""
    links = [text_of(link) for link in browser.page.xpath("//main//a[contains(@href, '/specialites/')]")]
    return [words.rpartition(" : ")[2] for words in links]


def browse(browser: ScriptlessBrowser, **typed: str) -> None:
    [button] = [text_of(one) for one in browser.page.xpath("//button[@name='parcourir']")]
    assert button.startswith(BROWSE)
    browser.press(button, **typed)
    assert browser.title == BROWSE
    assert problems_of(browser.answer.text) == []


def test_a_specialite_taken_from_the_list_leaves_the_rest_as_typed(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    draft = up_to(browser, QUALIFICATION)
    browse(browser, forme="progressive")
    browser.get(f"{browser.path}/{MCO.code}")
    assert browser.title == "Ce qui vous sera demandé"
    assert problems_of(browser.answer.text) == []
    assert "CINSIG03 : Confirmation d'inscription signée" in browser.text
    browser.press("Choisir cette spécialité")
    assert browser.path == f"{draft}/{QUALIFICATION}"
    assert (browser.value("specialite"), browser.value("forme")) == (MCO.code, "progressive")
    browse(browser)
    browser.get(f"{browser.path}/{MCO.code}")
    assert "Choisir cette spécialité" not in browser.text, "it is chosen"


def test_specialites_are_listed_by_domain_or_by_their_names(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    up_to(browser, QUALIFICATION)
    browse(browser)
    by_domain = listed(browser)
    assert "Liste complète, par ordre alphabétique" not in browser.text
    browser.follow(f"Liste complète ({len(by_domain)})")
    assert "Liste complète, par ordre alphabétique" in browser.text
    assert listed(browser) == sorted(by_domain)


def test_a_tab_that_asks_for_no_specialite_has_no_list(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    draft = up_to(browser, QUALIFICATION)
    for path in (f"{draft}/2/specialites", f"{draft}/2/specialites/{MCO.code}", f"{draft}/4/specialites/0"):
        assert browser.get(path).status_code == 404, path
