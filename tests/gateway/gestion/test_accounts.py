"""An administrator corrects a candidate's civil status, and sends a link of activation again."""

from __future__ import annotations

from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import problems_of
from tests.gateway.gestion.people import depositor, rows
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser


def open_account(administrator: ScriptlessBrowser, candidature: str) -> None:
    """Lead the administrator from a candidature to its candidate's account."""
    administrator.get(f"/gestion/candidatures/{candidature}")
    administrator.follow("Son compte et son état civil")
    assert not problems_of(administrator.answer.text)


def test_a_civil_status_is_corrected_with_a_reason_and_every_candidature_follows(
    administrator: ScriptlessBrowser, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    candidature = depositor(candidates, running).path.rpartition("/")[2]
    open_account(administrator, candidature)
    account = administrator.path
    administrator.press("Corriger l'état civil", nom_famille="DUBOIS-MARTIN", motif="Carte d'identité du 4 octobre")
    assert administrator.path == account
    assert "L'état civil est corrigé" in administrator.text
    assert administrator.value("nom_famille") == "DUBOIS-MARTIN"
    running.deliver()
    administrator.get(f"/gestion/candidatures/{candidature}")
    assert "DUBOIS-MARTIN" in administrator.text
    assert "Carte d'identité du 4 octobre" in administrator.text
    administrator.get(f"/gestion/journal?objet={account.rpartition('/')[2]}")
    acts = " ".join(rows(administrator))
    assert "État civil corrigé" in acts
    assert "nom de famille : DUBOIS-MARTIN" in acts
    assert "Compte de candidat consulté" in acts


def test_a_mistake_is_shown_beside_its_field_and_what_was_typed_stays(
    administrator: ScriptlessBrowser, candidature: str
) -> None:
    open_account(administrator, candidature)
    administrator.press("Corriger l'état civil", nom_famille="", prenoms="Paul", motif="Erreur de saisie")
    assert administrator.answer.status_code == 422
    assert administrator.value("prenoms") == "Paul"
    assert "Erreur de saisie" in administrator.text
    administrator.press("Corriger l'état civil", nom_famille="PETIT", motif=" ")
    assert administrator.answer.status_code == 422
    assert administrator.value("nom_famille") == "PETIT"
    assert not problems_of(administrator.answer.text)


def test_an_account_is_found_by_its_address_alone(administrator: ScriptlessBrowser, candidature: str) -> None:
    open_account(administrator, candidature)
    email = administrator.page.xpath("//main//p[contains(., '@')]/text()")[0].strip()
    administrator.get("/gestion/comptes")
    administrator.press("Rechercher", email=email)
    assert administrator.path == "/gestion/comptes"
    assert len(rows(administrator)) == 1
    administrator.press("Rechercher", email="personne@example.org")
    assert "Aucun compte" in administrator.text
    administrator.press("Rechercher", email="")
    assert not problems_of(administrator.answer.text)


def test_a_link_of_activation_is_sent_again_and_the_older_is_closed(
    administrator: ScriptlessBrowser, candidates: CandidateFactory
) -> None:
    email = candidates.create_account()
    first = candidates.link_to(email, "activation")
    administrator.get("/gestion/comptes")
    administrator.press("Rechercher", email=email)
    administrator.get(administrator.page.xpath("//tbody//a/@href")[0])
    administrator.press("Renvoyer le lien d'activation")
    assert "Le lien d'activation est renvoyé" in administrator.text
    second = candidates.link_to(email, "activation")
    assert second != first
    assert candidates.browser().get(first).status_code == 410
    assert "Activer mon compte" in candidates.browser().get(second).text


def test_no_gestionnaire_sees_accounts(gestionnaire: ScriptlessBrowser, candidature: str) -> None:
    gestionnaire.get(f"/gestion/candidatures/{candidature}")
    assert "Son compte" not in gestionnaire.text
    assert gestionnaire.get("/gestion/comptes").status_code == 403
