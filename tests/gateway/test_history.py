"""« Historique »: a candidate reads what happened to a candidature, from all services, and nothing of anybody else."""

import pytest

from gateway.web.inscription import mes_inscriptions
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import text_of
from tests.gateway.gestion.people import NON_COMPLIANT, StaffFactory, deposit, depositor
from tests.gateway.portals import four_services
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import service_stopped
from tests.support.scriptless_browser import ScriptlessBrowser

running = four_services("module")
COMMENT = "Il manque une page."


@pytest.fixture(scope="module")
def candidate(running: InProcessFourServices) -> ScriptlessBrowser:
    """Who registered, deposited a file twice, had it refused, changed a tab, withdrew and took that back."""
    candidates, staff = CandidateFactory(running), StaffFactory(running)
    browser = depositor(candidates, running)
    candidature = browser.path.rpartition("/")[2]
    page = next(iter(sorted(browser.page.xpath("//main//a/@href[contains(., '/depot/')]"))))
    deposit(browser, str(page))
    running.deliver()
    gestionnaire = staff.logged_in("03")
    gestionnaire.get(f"/gestion/pieces?candidature={candidature}")
    gestionnaire.get(str(gestionnaire.page.xpath("//tbody//a/@href[contains(., '/gestion/pieces/')]")[0]))
    gestionnaire.press(NON_COMPLIANT, comment=COMMENT)
    browser.get(f"/inscriptions/{candidature}")
    browser.press("Modifier")
    browser.press("2 - Identification")
    browser.press("8 - Récapitulatif", telephone_mobile="06 12 34 56 78")
    browser.press("Suivant")
    browser.press("Enregistrer")
    browser.get(f"/inscriptions/{candidature}/desinscription")
    browser.press("Se désinscrire")
    browser.press("Annuler ma désinscription")
    running.deliver()
    browser.get(f"/inscriptions/{candidature}")
    browser.follow("Historique")
    return browser


def titles(browser: ScriptlessBrowser) -> list[str]:
    return [text_of(heading) for heading in browser.page.xpath("//main//h2")]


EVENTS = [
    "Mail envoyé : Désinscription annulée",
    "Inscription rétablie, version 4",
    "Désinscription",
    "Document créé, version 2 : ",
    "Mail envoyé : Modification d'inscription",
    "Inscription enregistrée, version 2",
    "Décision par le service gestionnaire, Non Conforme",
    "Fichier remplacé",
    "Fichier déposé",
    "Mail envoyé : ",
    "Inscription enregistrée, version 1",
    "Inscription commencée",
]
"""In their order, others between them; the second version has changed what was typed, the restored one nothing."""


def test_it_tells_its_candidate_alone_what_happened_the_newest_first(
    candidate: ScriptlessBrowser, candidates: CandidateFactory
) -> None:
    told = titles(candidate)
    rest = iter(told)
    for event in EVENTS:
        assert any(title.startswith(event) for title in rest), f"{event}, in this order: {told}"
    assert f"Commentaire : {COMMENT}" in candidate.text
    assert "Fichier : piece.pdf" in candidate.text
    assert "Motif : Candidature rétablie" not in candidate.text
    [change] = candidate.page.xpath("//main//details//tbody/tr")
    assert text_of(change).endswith("0612345678")
    assert candidates.log_in().get(candidate.path).status_code == 404
    assert "DUVAL" not in candidate.answer.text, "nobody at work is named"
    assert "gestion1@" not in candidate.answer.text


def test_its_pages_give_every_event_once(candidate: ScriptlessBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    first = candidate.path
    whole = titles(candidate)
    monkeypatch.setattr(mes_inscriptions, "PAGE_LENGTH", 4)
    candidate.get(first)
    paged = titles(candidate)
    while "Plus ancien" in candidate.text:
        candidate.follow("Plus ancien")
        paged += titles(candidate)
    assert paged == whole
    candidate.get(first)


def test_a_part_that_is_missing_is_named(candidate: ScriptlessBrowser, running: InProcessFourServices) -> None:
    with service_stopped(running.registrations):
        candidate.get(candidate.path)
    assert "Le service des inscriptions ne répond pas : ce qu'il sait manque dans cette page." in candidate.text
    assert "Inscription commencée" not in titles(candidate)
    assert "Fichier déposé" in candidate.text
    candidate.get(candidate.path)
