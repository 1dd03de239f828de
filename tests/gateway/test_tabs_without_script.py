"""The tabs by full pages, without any script: searches, proposals, the list of spécialités, the tabs' own buttons."""

from __future__ import annotations

from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import problems_of, text_of
from tests.gateway.test_tab_notices import NUMBER, QUALIFICATION, begins, up_to, writes
from tests.registrations.domain.example_dossier import ANSWERS
from tests.registrations.domain.example_specialites import MCO
from tests.support.scriptless_browser import ScriptlessBrowser

IDENTIFICATION, CANDIDATURE = 2, 3
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


def test_a_school_is_searched_and_taken_from_a_list_by_full_pages(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    draft = up_to(browser, CANDIDATURE)
    browser.press("Rechercher : Etablissement", categorie="320", **{"etablissement-texte": "adrien paris"})
    assert problems_of(browser.answer.text) == []
    results = browser.page.xpath("//input[@type='radio'][@name='etablissement']/@value")
    assert results == [ANSWERS["candidature"]["etablissement"]]
    assert (browser.value("categorie"), browser.value("etablissement-texte")) == ("320", "adrien paris")
    browser.press("Suivant", **{name: str(value) for name, value in ANSWERS["candidature"].items()})
    assert browser.path == f"{draft}/{QUALIFICATION}"
    browser.press("Précédent")
    browser.press("Rechercher : Etablissement", **{"etablissement-texte": "introuvable"})
    assert "Aucun établissement ne correspond à « introuvable »." in browser.text
    assert browser.value("etablissement-texte") == "introuvable"


def test_a_school_proposed_is_taken_by_its_button_with_what_is_typed_elsewhere(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    draft = up_to(browser, CANDIDATURE)
    browser.press("Actualiser selon le choix « Catégorie du candidat »", categorie="410")
    browser.press("J'étudie avec le CNED", handicap="oui", **{"etablissement-texte": "autre"})
    assert browser.path == f"{draft}/{CANDIDATURE}"
    assert [browser.value(name) for name in ("etablissement", "etablissement-texte", "categorie")] == [
        "CNED", "CNED", "410",
    ]  # fmt: skip
    assert browser.page.xpath("//input[@name='handicap'][@checked]/@value") == ["oui"]


def test_a_tab_that_was_done_is_opened_by_its_title_and_keeps_what_is_typed(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    draft = up_to(browser, CANDIDATURE)
    browser.press("2 - Identification", categorie="320")
    assert browser.path == f"{draft}/{IDENTIFICATION}"
    browser.get(f"{draft}/{CANDIDATURE}")
    assert browser.value("categorie") == "320"
    titles = [text_of(button) for button in browser.page.xpath("//button[@name='onglet']")]
    assert titles == ["1 - Candidatures précédentes", "2 - Identification"], "those after it are not reached yet"


def test_a_save_refused_for_other_tabs_leads_to_each_field_where_its_mistake_is_shown(
    candidates: CandidateFactory,
) -> None:
    browser = candidates.log_in()
    draft = begins(browser)
    writes(browser, draft, 1)
    browser.get(f"{draft}/{IDENTIFICATION}")
    browser.press("Quitter", adresse="1 rue du port")
    browser.get(f"{draft}/{NUMBER}")
    browser.post(browser.path, {"revision": browser.value("revision"), "action": "save"})
    assert browser.answer.status_code == 422
    assert problems_of(browser.answer.text) == []
    [link] = [
        link
        for link in browser.page.xpath("//main//a")
        if text_of(link) == "Identification : Nationalité : choisissez une valeur."
    ]
    browser.get(link.get("href").partition("#")[0])
    assert (browser.path, browser.value("adresse")) == (f"{draft}/{IDENTIFICATION}", "1 rue du port")
    assert link.get("href").endswith("?verifier=oui#champ-nationalite")
    assert "Nationalité : choisissez une valeur." in text_of(browser.page.xpath("//*[@id='resume-erreurs']")[0])


def test_a_draft_given_up_is_gone_after_a_page_that_asks(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    draft = begins(browser)
    browser.get(f"/inscriptions/brouillons/{draft.rpartition('/')[2]}/abandon")
    assert problems_of(browser.answer.text) == []
    browser.post(browser.path)
    assert browser.path == "/inscriptions"
    assert browser.get(f"{draft}/1").status_code == 404


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
