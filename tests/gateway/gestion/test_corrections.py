"""A gestionnaire corrects a candidature through the tabs of its form, and saves it with a reason."""

from datetime import UTC, datetime

from services.registrations.models import Candidature, OpeningRow, db
from tests.gateway.components.html_checks import text_of
from tests.gateway.gestion.people import StaffFactory, rows
from tests.gateway.tabs import EPREUVES, IDENTIFICATION, NUMBER, QUALIFICATION, RECAP
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser

START = "Corriger la candidature"


def begin(browser: ScriptlessBrowser, page: str) -> str:
    """The address of the correction's tabs."""
    browser.get(page)
    browser.press(START)
    assert browser.path.endswith(f"/{IDENTIFICATION}"), "where something can be typed"
    return browser.path.rpartition("/")[0]


def test_a_tab_is_corrected_and_saved_with_a_reason_that_the_candidate_reads(
    gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser, page: str, running: InProcessFourServices
) -> None:
    gestionnaire.get(page)
    name = gestionnaire.page.xpath("string(//h1)").strip()
    assert "Né(e) le 01/02/2001 N° candidat" in gestionnaire.text, "who has the same name is told apart"
    tabs = begin(gestionnaire, page)
    assert "Un nom ou une date de naissance ne se corrige pas ici" in gestionnaire.text
    assert gestionnaire.press("Suivant", adresse="").status_code == 422
    gestionnaire.get(f"{tabs}/{NUMBER}")
    assert "(à corriger)" in gestionnaire.text, "the address that was just left empty"
    gestionnaire.get(f"{tabs}/{IDENTIFICATION}")
    gestionnaire.press("Suivant", adresse="2 rue du lac")
    gestionnaire.get(f"{tabs}/{RECAP}")
    [change] = rows(gestionnaire)[:1]
    assert "1 rue du port" in change
    assert "2 rue du lac" in change
    gestionnaire.press("Suivant")
    gestionnaire.press("Précédent", reason="Adresse rect")
    assert f"{name}, N° candidat 021030" in gestionnaire.text
    gestionnaire.press("Suivant")
    assert gestionnaire.page.xpath("string(//textarea)").strip() == "Adresse rect"
    gestionnaire.press("Enregistrer la correction", reason="Adresse rectifiée au guichet")
    assert gestionnaire.path == page
    for words in ("La correction est enregistrée", "Motif : Adresse rectifiée au guichet", "par Anne DUVAL"):
        assert words in gestionnaire.text
    running.deliver()
    candidate.get("/inscriptions")
    assert "Version 02" in candidate.text
    candidate.get(f"/documents/{page.rpartition('/')[2]}")
    assert "Version 02" in candidate.text


def test_it_is_left_resumed_by_a_colleague_and_abandoned_without_a_change(
    gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser, page: str, staff: StaffFactory
) -> None:
    tabs = begin(gestionnaire, page)
    gestionnaire.press("Quitter", adresse="2 rue du lac")
    assert "Correction en cours, commencée le" in gestionnaire.text
    assert "par Anne DUVAL" in gestionnaire.text
    colleague = staff.logged_in("03")
    colleague.get(page)
    colleague.press("Reprendre la correction")
    colleague.get(f"{tabs}/{IDENTIFICATION}")
    assert colleague.value("adresse") == "2 rue du lac"
    colleague.get(page)
    colleague.get(f"{tabs}/abandon")
    [lost] = rows(colleague)
    assert "2 rue du lac" in lost
    colleague.press("Abandonner la correction")
    assert (colleague.path, "Correction en cours" in colleague.text) == (page, False)
    assert "La correction est abandonnée" in colleague.text
    assert gestionnaire.get(f"{tabs}/{IDENTIFICATION}").status_code == 404
    candidate.get("/inscriptions")
    assert "Version 01" in candidate.text


def test_the_way_through_it_keeps_the_filters_of_its_list(gestionnaire: ScriptlessBrowser, page: str) -> None:
    gestionnaire.get(f"{page}?etat=active")
    gestionnaire.press("Corriger la candidature")
    gestionnaire.press("Suivant")
    [search, *_] = [str(address) for address in gestionnaire.page.xpath("//@data-recherche")]
    tab = gestionnaire.answer.request.full_path
    assert "options" in gestionnaire.get(f"{search}&q=besan").get_json()
    gestionnaire.get(tab)
    gestionnaire.press("Quitter")
    assert gestionnaire.answer.request.full_path == f"{page}?etat=active"


def test_a_rule_is_overridden_by_an_administrateur(
    gestionnaire: ScriptlessBrowser, administrator: ScriptlessBrowser, page: str
) -> None:
    tabs = begin(gestionnaire, page)
    gestionnaire.get(f"{tabs}/{QUALIFICATION}")
    gestionnaire.press("Suivant", forme="progressive")
    gestionnaire.get(f"{tabs}/{EPREUVES}")
    names = {str(field.get("name")) for field in gestionnaire.page.xpath("//main//select")}
    none_sat = dict.fromkeys((name for name in names if name.startswith("position-")), "non_inscrit")
    gestionnaire.press("Suivant", **none_sat)
    assert "« Enregistrer » dit quelles règles" in gestionnaire.text, "the way on"
    gestionnaire.get(f"{tabs}/{NUMBER}")
    assert "Un administrateur peut écarter une règle." in gestionnaire.text
    administrator.get(f"{tabs}/{NUMBER}")
    administrator.press("Enregistrer la correction", reason="Dérogation")
    [wrong] = administrator.page.xpath("//*[@id='resume-erreurs']//button")
    administrator.press(text_of(wrong), overridden="progressive_at_least")
    assert "Choisissez au moins une épreuve obligatoire" in administrator.text
    [last] = administrator.page.xpath(f"//button[@name='onglet'][@value='{NUMBER}']")
    administrator.press(text_of(last))
    ticked = administrator.page.xpath("//input[@name='overridden'][@checked]/@value")
    assert ticked == ["progressive_at_least"], "on the way back too"
    administrator.press("Enregistrer la correction", reason="Dérogation")
    assert (administrator.path, "Règle écartée : Choisissez au moins" in administrator.text) == (page, True)


def test_it_is_not_offered_once_the_session_is_closed_and_the_page_says_why(
    gestionnaire: ScriptlessBrowser, page: str, running: InProcessFourServices
) -> None:
    gestionnaire.get(page)
    with running.registrations.app.app_context(), db.operation() as session:
        opening_id = session.get_one(Candidature, page.rpartition("/")[2]).opening_id
        session.get_one(OpeningRow, opening_id).session_closes = datetime(2020, 1, 1, tzinfo=UTC)
    gestionnaire.press(START)
    assert "La session est close : cette candidature ne peut plus être corrigée." in gestionnaire.text
    assert START not in gestionnaire.text
    assert "La session est close depuis le 01/01/2020" in gestionnaire.text
