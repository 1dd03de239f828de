"""« Modifier mes informations », a new address, and « Supprimer » (guide §4)."""

from services.contracts import page_labels
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import CandidateFactory, new_address
from tests.gateway.components.html_checks import text_of
from tests.support.in_process_portal import InProcessPortal, service_stopped


def test_everything_can_change_before_the_first_candidature_and_mistakes_stay(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    browser.get("/compte")
    assert (browser.value("nom_famille"), browser.value("commune_naissance")) == ("BINET", "CAEN")
    typed = {"date_naissance": "31/02/2001", "email": "ailleurs"}
    assert browser.press("Enregistrer", **typed).status_code == 422
    assert {name: browser.value(name) for name in typed} == typed
    browser.get("/compte")
    browser.press("Enregistrer", prenoms="Laurent Paul")
    assert "Vos informations sont enregistrées" in browser.text
    assert browser.value("prenoms").upper() == "LAURENT PAUL"  # type: ignore[union-attr]


def test_what_two_windows_changed_is_shown_and_the_person_chooses(candidates: CandidateFactory) -> None:
    email = candidates.create_activated_account()
    first, second = candidates.log_in(email), candidates.log_in(email)
    for browser in (first, second):
        browser.get("/compte")
    first.press("Enregistrer", prenoms="Laurent Paul")
    assert second.press("Enregistrer", prenoms="Laurent Marie").status_code == 412
    ours, theirs = (text_of(part) for part in second.page.xpath("//main//section[contains(@class, 'portail-recap')]"))
    assert ("Laurent Marie" in ours, "Laurent Paul" in theirs) == (True, True)
    assert "Nom de famille" not in ours, "what is the same is not shown"
    assert second.value("prenoms") == "Laurent Marie", "what was typed stays"
    refused = second.answer
    second.follow("Garder l'autre saisie")
    assert second.value("prenoms") == "Laurent Paul"
    second.answer = refused
    second.press("Enregistrer")
    assert "Vos informations sont enregistrées" in second.text
    assert second.value("prenoms") == "Laurent Marie"


def test_a_new_address_waits_for_its_owner_and_asks_for_the_current_password(candidates: CandidateFactory) -> None:
    old, new = candidates.create_activated_account(), new_address()
    browser = candidates.log_in(old)
    browser.get("/compte")
    assert browser.press("Enregistrer", email=new, email_confirmation=new).status_code == 422
    browser.press("Enregistrer", current_password=PASSWORD)
    assert "Un mail vient d'être envoyé à votre nouvelle adresse" in browser.text
    assert new in browser.text
    link = candidates.link_to(new)
    assert candidates.log_in(old).get(link).status_code == 200
    browser.get(link)
    browser.press("Confirmer mon adresse mail")
    assert "Votre nouvelle adresse mail est enregistrée" in browser.text
    assert browser.get("/compte", follow=False).status_code == 303
    assert candidates.log_in(new).get("/compte").status_code == 200
    assert browser.get(link).status_code == 410


def test_the_old_address_cancels_a_change_and_is_led_to_a_new_password(candidates: CandidateFactory) -> None:
    old, new = candidates.create_activated_account(), new_address()
    asking, owner = candidates.log_in(old), candidates.browser()
    asking.get("/compte")
    asking.press("Enregistrer", email=new, email_confirmation=new, current_password=PASSWORD)
    confirmation, link = candidates.link_to(new), candidates.link_to(old, "/compte/annulation")
    for _ in range(2):
        owner.get(link)
    owner.press("Annuler le changement d'adresse")
    assert owner.title == "Réinitialisation du mot de passe"
    assert "quelqu'un connaît votre mot de passe" in owner.text
    assert asking.get(confirmation).status_code == 410
    assert owner.get(link).status_code == 410
    assert "déjà annulée" in owner.text
    owner.follow("Réinitialiser mon mot de passe")
    assert owner.path == "/compte/mot-de-passe-oublie"


def test_with_a_candidature_the_rest_is_greyed_and_says_whom_to_ask(candidates: CandidateFactory) -> None:
    browser = candidates.log_in_registered()
    browser.get("/compte")
    greyed = set(browser.page.xpath("//main//*[@disabled]/@name"))
    assert {"civilite", "nom_famille", "prenoms", "date_naissance", "pays_naissance"} <= greyed
    assert not {"email", "password", "current_password"} & greyed
    assert "contactez le service gestionnaire" in browser.text
    assert browser.page.xpath("//aside[@class='portail-contact']")


def test_an_account_without_candidature_is_deleted_on_a_page_of_its_own(candidates: CandidateFactory) -> None:
    browser = candidates.log_in()
    browser.get("/compte")
    browser.press("Supprimer")
    assert browser.title == "Supprimer mon compte"
    assert browser.press("Supprimer", current_password="Fausse/2021").status_code == 422
    browser.press("Supprimer", current_password=PASSWORD)
    assert browser.path == "/"
    assert "Votre compte est supprimé" in browser.text
    assert page_labels.LOG_IN in browser.text


def test_without_registrations_the_account_is_shown(candidates: CandidateFactory, running: InProcessPortal) -> None:
    browser = candidates.log_in()
    with service_stopped(running.registrations):
        assert browser.get("/compte").status_code == 200
        assert "seuls l'adresse mail et le mot de passe sont modifiables" in browser.text
