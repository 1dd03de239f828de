"""A gestionnaire looks for candidatures, corrects one with a reason, ends it, and takes all of them
home as CSV."""

from datetime import UTC, datetime

from services.accounts.domain.throttling import PER_SOURCE
from services.contracts.document_rules import AUTOMATIC_TYPES
from services.contracts.registration_rules import NOTE_LENGTH
from services.registrations.models import Candidature, OpeningRow, db
from tests.gateway.candidates import Browser
from tests.gateway.filled_tabs import EPREUVES, IDENTIFICATION, NUMBER, QUALIFICATION, RECAP
from tests.gateway.gestion.people import StaffBrowser, StaffFactory, log_in
from tests.support.in_process_four_services import InProcessFourServices

START = "Corriger la candidature"


def test_a_document_for_one_is_published_once(
    gestionnaire: StaffBrowser, candidate: Browser, page: str
) -> None:
    gestionnaire.get(page)
    gestionnaire.follow("Publier un document pour cette candidature")
    assert gestionnaire.press("Publier le document", title="Tiers temps accordé").status_code == 422
    assert gestionnaire.value("title") == "Tiers temps accordé", "what was typed stays"
    order_key = gestionnaire.value("order_key") or ""
    typed = {
        "type": "amenagements",
        "title": "Tiers temps accordé",
        "paragraphs": "Une heure de plus.\nSalle à part.",
    }
    gestionnaire.press("Publier le document", **typed)
    assert gestionnaire.path == page
    gestionnaire.post(f"{page}/document", {**typed, "order_key": order_key})
    gestionnaire.portal.deliver()
    candidate.get(f"/documents/{page.rpartition('/')[2]}")
    links = candidate.page.xpath("//main//a[starts-with(@href, '/documents/fichier/')]/@href")
    assert "Tiers temps accordé" in candidate.text
    assert len({link.partition("?")[0] for link in links}) == len(AUTOMATIC_TYPES) + 1, (
        "sent twice, published once"
    )
    gestionnaire.get(page)
    [withdrawal] = gestionnaire.page.xpath(
        "//a[starts-with(., 'Retirer')]/@href"
    )  # none of a confirmation
    gestionnaire.get(withdrawal)
    gestionnaire.press(
        "Retirer le document", reason="Pour un autre candidat", motif_lu="oui", code="000000"
    )
    assert gestionnaire.answer.status_code == 422
    gestionnaire.press("Retirer le document")
    assert "Motif (lu par le candidat) : Pour un autre candidat" in " ".join(gestionnaire.rows())
    candidate.get(f"/documents/{page.rpartition('/')[2]}")
    assert "Pour un autre candidat" in candidate.text


def test_a_candidature_is_set_aside_with_a_reason_that_the_candidate_reads(
    gestionnaire: Browser, candidate: Browser, page: str
) -> None:
    gestionnaire.get(page)
    gestionnaire.follow("Écarter la candidature")
    assert gestionnaire.press("Écarter la candidature", reason=" \x00 ").status_code == 422
    gestionnaire.press("Écarter la candidature", reason="Le diplôme requis n'est pas justifié.")
    assert "La candidature est écartée" in gestionnaire.text
    assert "Écarter la candidature" not in gestionnaire.text, "it has ended"
    candidate.get("/inscriptions")
    assert "Le diplôme requis n'est pas justifié." in candidate.text
    gestionnaire.get(f"{page}/desinscription")
    assert (
        gestionnaire.press(
            "Désinscrire à la demande du candidat", reason="Demande du 4 octobre"
        ).status_code
        == 409
    )
    assert gestionnaire.value("reason") is not None


def test_tries_at_a_code_are_slowed_and_the_page_says_until_when(
    gestionnaire: Browser, page: str
) -> None:
    gestionnaire.get(f"{page}/ecart")
    for expected in [422] * PER_SOURCE.undelayed + [429]:
        gestionnaire.press("Écarter la candidature", reason="Diplôme non justifié.", code="000000")
        assert gestionnaire.answer.status_code == expected
        assert ("Retry-After" in gestionnaire.answer.headers) is (expected == 429)
    assert "Trop d'essais" in gestionnaire.text
    assert "Diplôme non justifié." in gestionnaire.answer.text, "what was typed stays"


def test_who_is_restored_has_pieces_and_documents_again(
    gestionnaire: Browser, candidate: Browser, page: str, running: InProcessFourServices
) -> None:
    candidature = page.rpartition("/")[2]
    deposits = candidate.path
    candidate.get(deposits)
    pieces = candidate.text
    candidate.get(f"/inscriptions/{candidature}/desinscription")
    candidate.press("Se désinscrire")
    running.deliver()
    assert candidate.get(deposits).status_code == 404
    gestionnaire.get(f"/gestion/pieces?statut=toutes&candidature={candidature}")
    assert "Celles d'une candidature désinscrite ou écartée sont gardées" in gestionnaire.text
    gestionnaire.get(page)
    assert (
        "Ses pièces justificatives sont gardées, et cachées tant que la candidature est "
        in gestionnaire.text
    )
    gestionnaire.follow("Rétablir la candidature")
    gestionnaire.press("Rétablir la candidature", reason="Désinscrit par erreur")
    assert "La candidature est rétablie" in gestionnaire.text
    running.deliver()
    gestionnaire.get(page)
    history = [
        line.partition(" le ")[0] for line in gestionnaire.texts("//section[h2='Historique']/h3")
    ]
    assert history == ["Version 3, enregistrée", "Désinscrite", "Version 1, enregistrée"]
    assert "Désinscrit par erreur" in gestionnaire.text
    candidate.get(deposits)
    assert candidate.text == pieces
    candidate.get(f"/documents/{candidature}")
    assert "est la fin de votre candidature, rétablie depuis" in candidate.text, (
        "versions 01 and 03"
    )


def test_candidatures_are_browsed_by_addresses_that_tell_of_nobody(
    gestionnaire: Browser, candidature: str
) -> None:
    gestionnaire.portal.deliver_events()
    gestionnaire.get("/gestion/candidatures")
    assert gestionnaire.texts("//select[@name='etablissement']/option")[0] == "Tous"
    still_active = sorted(row for row in gestionnaire.rows() if " Active " in row)
    active = gestionnaire.texts("//select[@name='etat']/option[@value='active']")
    assert active == [f"Active ({len(still_active)})"]
    assert all("01/02/2001" in row for row in still_active), "who has the same name is told apart"
    gestionnaire.press("Rechercher", etat="active", tri="-saved")
    assert gestionnaire.answer.request.query_string == b"etat=active&tri=-saved"
    assert gestionnaire.page.xpath("//*[@id='candidatures']//p[@role='status']"), (
        "a search leads to its count"
    )
    assert gestionnaire.texts("//th[@aria-sort='descending']") == ["Enregistrée le"]
    gestionnaire.follow("Candidat")
    assert gestionnaire.page.xpath("string(//th[@aria-sort='ascending']/a/@href)").startswith(
        "?etat=active&tri=-name"
    )
    assert sorted(gestionnaire.rows()) == still_active
    assert (gestionnaire.value("etat"), gestionnaire.value("tri")) == ("active", "name")
    gestionnaire.press("Rechercher", recherche="personne")
    offered = gestionnaire.page.xpath("//select[@name='specialite']/option")
    assert (gestionnaire.rows(), len(offered) > 1) == ([], True), (
        "a filter stays where nobody is found"
    )
    assert "Aucune candidature" in gestionnaire.texts("//*[@id='candidatures']")[0], (
        "where the search leads"
    )
    gestionnaire.press("Rechercher", recherche="", etat="", pieces="missing")
    found = gestionnaire.rows()
    assert all(" Manquantes " in row for row in found)
    gestionnaire.follow("Télécharger ces candidatures (CSV)")
    assert gestionnaire.answer.text.count(";Manquantes;") == len(found) > 0
    for address in ("candidatures", "candidatures.csv", "epreuves.csv"):
        gestionnaire.get(f"/gestion/{address}?recherche=personne&etat=active")
        assert (gestionnaire.answer.status_code, "par une adresse" in gestionnaire.text) == (
            422,
            True,
        )


def test_a_search_of_a_person_stands_in_its_address_for_whoever_typed_it(
    gestionnaire: Browser, candidature: str, staff: StaffFactory
) -> None:
    gestionnaire.get("/gestion/candidatures")
    gestionnaire.press("Rechercher", naissance="01/02/2001", etat="active")
    address = gestionnaire.answer.request.full_path
    found = gestionnaire.rows()
    assert found
    assert (address.count("etat=active"), address.count("2001")) == (1, 0)
    gestionnaire.follow("Télécharger ces candidatures (CSV)")
    assert len(gestionnaire.answer.text.splitlines()) == len(found) + 1
    gestionnaire.get(address)
    assert (gestionnaire.rows(), gestionnaire.value("naissance")) == (found, "01/02/2001"), (
        "Back, or a reload"
    )
    gestionnaire.get(gestionnaire.page.xpath("//tbody//a/@href")[0])
    gestionnaire.follow("Écarter la candidature")
    assert gestionnaire.press("Écarter la candidature").status_code == 422
    gestionnaire.follow("Revenir à la candidature")
    gestionnaire.press("Garder la note", text="Appelée ce matin")
    gestionnaire.get(gestionnaire.page.xpath("//nav//a[text()='Candidatures']/@href")[-1])
    assert gestionnaire.rows() == found, "the way back leads to what was found, after an act too"
    for others in (address, address.replace("candidatures", "candidatures.csv")):
        answer = staff.logged_in("03").get(others)
        assert (answer.status_code, "n'est pas la vôtre" in answer.text.replace("&#39;", "'")) == (
            422,
            True,
        )


def test_filters_saved_under_a_name_follow_the_person_until_deleted(
    staff: StaffFactory, candidature: str
) -> None:
    browser = staff.with_account(staff.account("03"), "/gestion/candidatures")
    elsewhere = staff.browser()
    assert "Enregistrer ces filtres" not in browser.text, "none are chosen"
    browser.press("Rechercher", recherche="personne")
    assert "Enregistrer ces filtres" not in browser.text, "they tell of a person"
    named = {"name": "Personne", "acte": "enregistrement"}
    path = browser.answer.request.full_path.replace("candidatures", "candidatures/filtres")
    assert browser.post(path, named).status_code == 404
    browser.get("/gestion/candidatures?etat=active&tri=-saved")
    browser.press("Enregistrer", name=" ")
    assert (browser.answer.status_code, browser.value("name")) == (422, "")
    assert browser.rows(), "the list stays"
    browser.press("Enregistrer", name="Récentes & actives")
    assert "Les filtres sont enregistrés" in browser.text
    assert browser.answer.request.query_string == b"etat=active&tri=-saved&fait=enregistrement"
    elsewhere.get("/gestion/candidatures")
    log_in(elsewhere, browser.account, code=browser.code())
    elsewhere.follow("Récentes & actives")
    assert elsewhere.answer.request.query_string == b"etat=active&tri=-saved"
    elsewhere.press("Supprimer : Récentes & actives")
    assert "Récentes & actives" not in elsewhere.text
    assert elsewhere.value("etat") == "active", "what is shown stays"
    assert "Récentes & actives" not in browser.get("/gestion/candidatures").text


def test_a_note_is_kept_for_the_others_and_not_shown_to_the_candidate(
    gestionnaire: Browser, candidate: Browser, page: str, staff: StaffFactory
) -> None:
    note = "Appelé le 4 octobre : envoie demain."
    colleague = staff.logged_in("03")
    gestionnaire.get(page)
    assert gestionnaire.press("Garder la note", text="x" * (NOTE_LENGTH + 1)).status_code == 422
    assert "x" * (NOTE_LENGTH + 1) in gestionnaire.answer.text, "what was typed stays"
    for _ in range(2):
        gestionnaire.press("Garder la note", text=note)
    assert "La note est gardée" in gestionnaire.text
    colleague.get(page)
    assert colleague.text.count(note) == 1, "sent twice, kept once"
    assert "par Anne DUVAL" in colleague.text
    candidate.get("/inscriptions")
    assert note not in candidate.text


def begin(browser: Browser, page: str) -> str:
    """The address of the correction's tabs."""
    browser.get(page)
    browser.press(START)
    assert browser.path.endswith(f"/{IDENTIFICATION}"), "where something can be typed"
    return browser.path.rpartition("/")[0]


def test_a_tab_is_corrected_and_saved_with_a_reason_that_the_candidate_reads(
    gestionnaire: Browser, candidate: Browser, page: str, running: InProcessFourServices
) -> None:
    gestionnaire.get(page)
    name = gestionnaire.page.xpath("string(//h1)").strip()
    assert "Né(e) le 01/02/2001 N° candidat" in gestionnaire.text, (
        "who has the same name is told apart"
    )
    tabs = begin(gestionnaire, page)
    assert "Un nom ou une date de naissance ne se corrige pas ici" in gestionnaire.text
    assert gestionnaire.press("Suivant", adresse="").status_code == 422
    gestionnaire.get(f"{tabs}/{NUMBER}")
    assert "(à corriger)" in gestionnaire.text, "the address that was just left empty"
    gestionnaire.get(f"{tabs}/{IDENTIFICATION}")
    gestionnaire.press("Suivant", adresse="2 rue du lac")
    gestionnaire.get(f"{tabs}/{RECAP}")
    [change] = gestionnaire.rows()[:1]
    assert "1 rue du port" in change
    assert "2 rue du lac" in change
    gestionnaire.press("Suivant")
    gestionnaire.press("Précédent", reason="Adresse rect")
    assert f"{name}, N° candidat 021030" in gestionnaire.text
    gestionnaire.press("Suivant")
    assert gestionnaire.page.xpath("string(//textarea)").strip() == "Adresse rect"
    gestionnaire.press("Enregistrer la correction", reason="Adresse rectifiée au guichet")
    assert gestionnaire.path == page
    for words in (
        "La correction est enregistrée",
        "Motif : Adresse rectifiée au guichet",
        "par Anne DUVAL",
    ):
        assert words in gestionnaire.text
    running.deliver()
    candidate.get("/inscriptions")
    assert "Version 02" in candidate.text
    candidate.get(f"/documents/{page.rpartition('/')[2]}")
    assert "Version 02" in candidate.text


def test_it_is_left_resumed_by_a_colleague_and_abandoned_without_a_change(
    gestionnaire: Browser, candidate: Browser, page: str, staff: StaffFactory
) -> None:
    tabs = begin(gestionnaire, page)
    gestionnaire.press("Quitter", adresse="2 rue du lac")
    gestionnaire.shows("Correction en cours, commencée le", "par Anne DUVAL")
    colleague = staff.logged_in("03")
    colleague.get(page)
    colleague.press("Reprendre la correction")
    colleague.get(f"{tabs}/{IDENTIFICATION}")
    assert colleague.value("adresse") == "2 rue du lac"
    colleague.get(page)
    colleague.get(f"{tabs}/abandon")
    [lost] = colleague.rows()
    assert "2 rue du lac" in lost
    colleague.press("Abandonner la correction")
    assert (colleague.path, "Correction en cours" in colleague.text) == (page, False)
    assert "La correction est abandonnée" in colleague.text
    assert gestionnaire.get(f"{tabs}/{IDENTIFICATION}").status_code == 404
    candidate.get("/inscriptions")
    assert "Version 01" in candidate.text


def test_the_way_through_it_keeps_the_filters_of_its_list(gestionnaire: Browser, page: str) -> None:
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
    gestionnaire: Browser, administrator: Browser, page: str
) -> None:
    tabs = begin(gestionnaire, page)
    gestionnaire.get(f"{tabs}/{QUALIFICATION}")
    gestionnaire.press("Suivant", forme="progressive")
    gestionnaire.get(f"{tabs}/{EPREUVES}")
    names = {str(field.get("name")) for field in gestionnaire.page.xpath("//main//select")}
    none_sat = dict.fromkeys(
        (name for name in names if name.startswith("position-")), "non_inscrit"
    )
    gestionnaire.press("Suivant", **none_sat)
    assert "« Enregistrer » dit quelles règles" in gestionnaire.text, "the way on"
    gestionnaire.get(f"{tabs}/{NUMBER}")
    assert "Un administrateur peut écarter une règle." in gestionnaire.text
    administrator.get(f"{tabs}/{NUMBER}")
    administrator.press("Enregistrer la correction", reason="Dérogation")
    [wrong] = administrator.texts("//*[@id='resume-erreurs']//button")
    administrator.press(wrong, overridden="progressive_at_least")
    assert "Choisissez au moins une épreuve obligatoire" in administrator.text
    [last] = administrator.texts(f"//button[@name='onglet'][@value='{NUMBER}']")
    administrator.press(last)
    ticked = administrator.page.xpath("//input[@name='overridden'][@checked]/@value")
    assert ticked == ["progressive_at_least"], "on the way back too"
    administrator.press("Enregistrer la correction", reason="Dérogation")
    assert (administrator.path, "Règle écartée : Choisissez au moins" in administrator.text) == (
        page,
        True,
    )


def test_it_is_not_offered_once_the_session_is_closed_and_the_page_says_why(
    gestionnaire: Browser, page: str
) -> None:
    gestionnaire.get(page)
    with gestionnaire.portal.registrations.app.app_context(), db.operation() as transaction:
        opening_id = transaction.get_one(Candidature, page.rpartition("/")[2]).opening_id
        transaction.get_one(OpeningRow, opening_id).session_closes = datetime(
            2020, 1, 1, tzinfo=UTC
        )
    gestionnaire.press(START)
    assert (
        "La session est close : cette candidature ne peut plus être corrigée." in gestionnaire.text
    )
    assert START not in gestionnaire.text
    assert "La session est close depuis le 01/01/2020" in gestionnaire.text
