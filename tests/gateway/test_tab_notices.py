"""What the tabs decide is said where the candidate looks: what is kept, what they must know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.contracts import page_labels
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import problems_of, text_of
from tests.registrations.domain.example_dossier import ANSWERS
from tests.support.scriptless_browser import ScriptlessBrowser

BESANCON = "/inscription?domaine=Examen&exam=BTS&session=2022&academie=03"
QUALIFICATION, ACQUIS, DIPLOMA, EPREUVES, RECAP, NUMBER = 4, 5, 6, 7, 8, 9
E1 = "E1 - Culture générale et expression"
ATTESTATION = "Vous devrez fournir une attestation de formation établie par votre centre de formation."


def begins(browser: ScriptlessBrowser) -> str:
    """The path of the tabs of a new draft."""
    browser.get(BESANCON)
    browser.press("Valider")
    return browser.path.rpartition("/")[0]


def writes(browser: ScriptlessBrowser, draft: str, number: int, answers: Mapping[str, Any] | None = None) -> None:
    """The tab sent with « Suivant » as the browser would; those of the example where no answers are given."""
    browser.get(f"{draft}/{number}")
    name = list(ANSWERS)[number - 1] if number <= len(ANSWERS) else ""
    given = ANSWERS.get(name, {}) if answers is None else answers
    browser.post(f"{draft}/{number}", {"revision": browser.value("revision"), "action": "next", **given})
    assert browser.path == f"{draft}/{number + 1}", browser.text


def up_to(browser: ScriptlessBrowser, number: int, **answers: Mapping[str, Any]) -> str:
    """A draft in which the tabs before this one are written."""
    draft = begins(browser)
    for before in range(1, number):
        writes(browser, draft, before, answers.get(list(ANSWERS)[before - 1]) if before <= len(ANSWERS) else None)
    browser.get(f"{draft}/{number}")
    return draft


def alerts(browser: ScriptlessBrowser) -> list[str]:
    paragraphs = browser.page.xpath("//main//*[contains(@class, 'fr-alert')]/p[last()]")
    return [text_of(paragraph).partition(" : ")[2] for paragraph in paragraphs]


def test_a_mark_typed_is_kept_by_suivant_alone(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    draft = up_to(browser, ACQUIS)
    browser.press("Suivant", meme_bts="oui")
    browser.press("Suivant", **{"meme_bts-annee": "2021", "meme_bts-academie": "03", "meme_bts-note-E1": "12,5"})
    assert browser.path == f"{draft}/{DIPLOMA}"
    browser.get(f"{draft}/{EPREUVES}")
    assert "E1 : Culture générale et expression : Bénéfice" in browser.text
    browser.get(f"{draft}/{RECAP}")
    assert f"{E1} Bénéfice (12,5/20)" in browser.text

    browser.get(f"{draft}/{ACQUIS}")
    assert problems_of(browser.answer.text) == []
    browser.press("Suivant", **{"meme_bts-garder-E1": ""})
    browser.get(f"{draft}/{EPREUVES}")
    assert "E1 : Culture générale et expression : Inscrit" in browser.text
    browser.get(f"{draft}/{RECAP}")
    assert f"{E1} Note non conservée : 12,5/20" in browser.text


def test_renouncing_with_nothing_kept_does_not_ask_to_untick(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    up_to(browser, ACQUIS, candidature={**ANSWERS["candidature"], "renoncement": "oui"})
    assert "décochez" not in browser.text
    assert "aucune épreuve n'est cochée" in browser.text
    browser.press("Actualiser selon le choix « " + label_of(browser, "meme_bts") + " »", meme_bts="oui")
    assert "décochez « à conserver »" in browser.text


def label_of(browser: ScriptlessBrowser, name: str) -> str:
    return text_of(browser.page.xpath(f"//label[@for='champ-{name}']")[0])


def test_what_warns_is_seen_going_forward_before_the_save_and_after_it(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    draft = up_to(browser, QUALIFICATION)
    assert ATTESTATION in alerts(browser)
    for number in (QUALIFICATION, ACQUIS, DIPLOMA, EPREUVES, RECAP):
        writes(browser, draft, number)
    browser.get(f"{draft}/{RECAP}")
    assert ATTESTATION in browser.text
    browser.get(f"{draft}/{NUMBER}")
    assert ATTESTATION in alerts(browser)
    browser.press(page_labels.SAVE)
    assert browser.title == "N° Inscription"
    assert ATTESTATION in alerts(browser)
    assert problems_of(browser.answer.text) == []
    browser.get(browser.path.removesuffix("/numero"))
    assert ATTESTATION in browser.text
