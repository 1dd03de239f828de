"""The tabs by full pages, without any script: searches, proposals, the list of spécialités, buttons, warnings."""

from services.contracts import page_labels
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import text_of
from tests.gateway.tabs import (
    ACQUIS,
    CANDIDATURE,
    DIPLOMA,
    EPREUVES,
    IDENTIFICATION,
    NUMBER,
    QUALIFICATION,
    RECAP,
    begun,
    up_to,
    writes,
)
from tests.registrations.domain.example_dossier import ANSWERS, MCO
from tests.support.scriptless_browser import ScriptlessBrowser

BROWSE = "Parcourir les spécialités"


def browse(browser: ScriptlessBrowser, **typed: str) -> None:
    [button] = [text_of(one) for one in browser.page.xpath("//button[@name='parcourir']")]
    assert button.startswith(BROWSE)
    browser.press(button, **typed)
    assert browser.title == BROWSE


def test_a_school_is_searched_and_taken_from_a_list_by_full_pages(candidates: CandidateFactory) -> None:
    browser, draft = up_to(candidates, CANDIDATURE)
    browser.press("Rechercher : Etablissement", categorie="320", **{"etablissement-texte": "adrien paris"})
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
    browser, draft = up_to(candidates, CANDIDATURE)
    browser.press("Actualiser selon le choix « Catégorie du candidat »", categorie="410")
    browser.press("J'étudie avec le CNED", handicap="oui", **{"etablissement-texte": "autre"})
    assert browser.path == f"{draft}/{CANDIDATURE}"
    assert [browser.value(name) for name in ("etablissement", "etablissement-texte", "categorie")] == [
        "CNED", "CNED", "410",
    ]  # fmt: skip
    assert browser.page.xpath("//input[@name='handicap'][@checked]/@value") == ["oui"]


def test_a_tab_that_was_done_is_opened_by_its_title_and_keeps_what_is_typed(candidates: CandidateFactory) -> None:
    browser, draft = up_to(candidates, CANDIDATURE)
    browser.press("2 - Identification", categorie="320")
    assert browser.path == f"{draft}/{IDENTIFICATION}"
    browser.get(f"{draft}/{CANDIDATURE}")
    assert browser.value("categorie") == "320"
    titles = [text_of(button) for button in browser.page.xpath("//button[@name='onglet']")]
    assert titles == ["1 - Candidatures précédentes", "2 - Identification"], "those after it are not reached yet"


def test_a_save_refused_for_other_tabs_leads_to_each_mistake(candidates: CandidateFactory) -> None:
    browser, draft = begun(candidates)
    writes(browser, draft, 1)
    browser.get(f"{draft}/{IDENTIFICATION}")
    browser.press("Quitter", adresse="1 rue du port")
    browser.get(f"{draft}/{NUMBER}")
    browser.post(browser.path, {"revision": browser.value("revision"), "action": "save"})
    assert browser.answer.status_code == 422
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
    browser, draft = begun(candidates)
    browser.get(f"/inscriptions/brouillons/{draft.rpartition('/')[2]}/abandon")
    browser.post(browser.path)
    assert browser.path == "/inscriptions"
    assert browser.get(f"{draft}/1").status_code == 404


def test_a_specialite_taken_from_the_list_leaves_the_rest_as_typed(candidates: CandidateFactory) -> None:
    browser, draft = up_to(candidates, QUALIFICATION)
    browse(browser, forme="progressive")
    browser.get(f"{browser.path}/{MCO.code}")
    assert browser.title == "Ce qui vous sera demandé"
    assert "CINSIG03 : Confirmation d'inscription signée" in browser.text
    browser.press("Choisir cette spécialité")
    assert browser.path == f"{draft}/{QUALIFICATION}"
    assert (browser.value("specialite"), browser.value("forme")) == (MCO.code, "progressive")
    browse(browser)
    browser.get(f"{browser.path}/{MCO.code}")
    assert "Choisir cette spécialité" not in browser.text, "it is chosen"


ATTESTATION = "Vous devrez fournir une attestation de formation établie par votre centre de formation."


def alerts(browser: ScriptlessBrowser) -> list[str]:
    paragraphs = browser.page.xpath("//main//*[contains(@class, 'fr-alert')]/p[last()]")
    return [text_of(paragraph).partition(" : ")[2] for paragraph in paragraphs]


def test_what_warns_is_seen_going_forward_before_the_save_and_after_it(candidates: CandidateFactory) -> None:
    browser, draft = up_to(candidates, QUALIFICATION)
    assert ATTESTATION in alerts(browser)
    for number in (QUALIFICATION, ACQUIS, DIPLOMA, EPREUVES, RECAP):
        writes(browser, draft, number)
    browser.get(f"{draft}/{NUMBER}")
    assert ATTESTATION in alerts(browser)
    browser.press(page_labels.SAVE)
    assert browser.title == "N° Inscription"
    assert ATTESTATION in alerts(browser)
    browser.get(browser.path.removesuffix("/numero"))
    assert ATTESTATION in browser.text
