"""« Formulaire de création », « Modifier mes informations », « Supprimer » (guide §4), without
JavaScript."""

import pytest

from gateway.mail_domains import corrected_address
from services.accounts.domain.civil_status import NAME_LENGTH
from services.chassis import brand
from services.contracts import page_labels
from services.contracts.account_rules import ACTIVATION_HOURS
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import Browser, CandidateFactory, creation_answers, new_address
from tests.gateway.components.html_checks import text_of
from tests.support.in_process_portal import InProcessPortal, service_stopped


def test_an_account_is_made_and_used_without_javascript(
    plain: Browser, candidates: CandidateFactory
) -> None:
    email = new_address()
    plain.get("/compte/creation")
    by_hand = creation_answers(email)
    for name in ("commune_naissance", "departement_naissance"):
        by_hand.pop(name)
    plain.press(
        "Actualiser selon le choix « Département, DOM ou COM de naissance »",
        departement_naissance="014",
    )
    assert plain.value("departement_naissance") == "014"
    plain.press(
        "Rechercher : Commune de naissance", **{**by_hand, "commune_naissance-texte": "caen"}
    )
    assert "CAEN" in plain.text
    assert plain.value("nom_famille") == "BINET"
    plain.press(
        "Créer le compte",
        commune_naissance="CAEN",
        password=PASSWORD,
        password_confirmation=PASSWORD,
    )
    assert plain.title == "Confirmation de réception de mail"
    assert f"à l'adresse {email}, veuillez cliquer sur le lien" in plain.text
    assert email not in plain.answer.request.url
    plain.press("J'ai bien reçu le mail")
    assert plain.title == page_labels.LOG_IN_FORM

    plain.get(candidates.link_to(email))
    plain.press("Activer mon compte")
    assert "Votre compte est activé" in plain.text
    plain.press(page_labels.LOG_IN, identifiant=email, password=PASSWORD)
    assert plain.path == "/"
    assert page_labels.JUSTIFICATIFS in plain.text
    assert email not in plain.get("/compte/creation/confirmation").text


def test_every_mistake_is_told_at_once_with_its_field_and_nothing_typed_is_lost(
    plain: Browser,
) -> None:
    plain.get("/compte/creation")
    wrong = {"nom_famille": "Ça m'suffit", "email": "nobody", "password": "short"}
    assert (
        plain.press("Créer le compte", **wrong, nom_usage="a" * (NAME_LENGTH + 1)).status_code
        == 422
    )
    title = plain.page.xpath("string(//title)")
    summary = {
        link.get("href"): text_of(link) for link in plain.page.xpath("//*[@id='resume-erreurs']//a")
    }
    assert {"#champ-prenoms", "#champ-email", "#champ-date_naissance"} <= set(summary)
    assert title == f"{page_labels.CREATION_FORM} - {len(summary)} erreurs - {brand.SERVICE_TITLE}"
    assert summary["#champ-civilite"] == "Choisissez votre civilité."
    assert summary["#champ-nom_usage"] == f"Nom d'usage : {NAME_LENGTH} caractères au maximum."
    assert summary["#champ-password"].startswith("Mot de passe : il doit comporter")
    beside = plain.texts("//*[@id='champ-nom_usage-messages']/p")
    assert beside == [f"{NAME_LENGTH} caractères au maximum."]
    assert [plain.value(name) for name in wrong] == ["Ça m'suffit", "nobody", ""]


def test_communes_are_proposed_as_one_types_once_the_departement_is_chosen(plain: Browser) -> None:
    proposals = "/compte/communes?field=commune_naissance&q=troy&departement_naissance="
    assert {"value": "TROYES", "label": "TROYES"} in plain.get(f"{proposals}010").json["options"]
    plain.get("/compte/creation")
    plain.press("Rechercher : Commune de naissance", **{"commune_naissance-texte": "troyes"})
    assert "Choisissez d'abord votre département, DOM ou COM de naissance." in plain.text
    assert plain.value("commune_naissance-texte") == "troyes"


def test_opening_the_link_says_whose_account_it_is_and_changes_nothing(
    candidates: CandidateFactory,
) -> None:
    email = candidates.create_account()
    link = candidates.link_to(email)
    browser = candidates.browser()
    other_window = candidates.browser()
    other_window.get(link)
    for _ in range(2):
        browser.get(link)
    assert [button.text for button in browser.page.xpath("//main//button")] == [
        "Activer mon compte"
    ]
    for words in (
        "Nom de famille BINET",
        "Prénoms Laurent",
        "Date de naissance 01/02/2001",
        "(heure de Paris)",
    ):
        assert words in browser.text, words
    assert "Si ce n'est pas vous" in browser.text
    browser.press("Activer mon compte")
    browser.get(link)
    other_window.press("Activer mon compte")
    for window in (browser, other_window):
        assert window.answer.status_code == 410
        assert window.title == "Ce lien a déjà été utilisé"
        window.follow("M'identifier")
        assert window.title == page_labels.LOG_IN_FORM


def test_a_mail_asked_for_again_replaces_that_of_this_browsers_creation(
    candidates: CandidateFactory,
) -> None:
    email = new_address()
    browser = candidates.browser()
    browser.post("/compte/creation", creation_answers(email))
    mine = candidates.link_to(email)
    candidates.browser().post("/compte/creation", creation_answers(email, prenoms="Autre"))
    strangers = candidates.link_to(email)
    browser.press("Je n'ai pas reçu le mail, effectuer un nouvel envoi")
    assert "remplace celui des mails déjà envoyés pour cette création de compte" in browser.text
    browser.get(candidates.link_to(email))
    assert "Prénoms Laurent" in browser.text
    assert browser.get(strangers).status_code == 200
    assert browser.get(mine).status_code == 410
    assert browser.title == "Ce lien a été remplacé"
    assert "du dernier mail reçu" in browser.text
    assert "expiré" not in browser.text


def test_who_logs_in_before_the_activation_gets_the_mail_of_his_own_creation(
    candidates: CandidateFactory,
) -> None:
    email = new_address()
    browser = candidates.browser()
    other = {"password": "Peuplier/1987", "password_confirmation": "Peuplier/1987"}
    candidates.create_account(email)
    candidates.browser().post("/compte/creation", creation_answers(email, prenoms="Autre", **other))
    browser.get("/connexion")
    browser.press(page_labels.LOG_IN, identifiant=email, password=PASSWORD)
    assert (browser.answer.status_code, "pas encore activé" in browser.text) == (403, True)
    browser.press("Je n'ai pas reçu le mail, effectuer un nouvel envoi")
    assert "Un nouveau mail vient d'être envoyé" in browser.text
    browser.get(candidates.link_to(email))
    assert "Prénoms Laurent" in browser.text


def test_an_expired_or_unknown_link_says_what_to_do(
    candidates: CandidateFactory, running: InProcessPortal
) -> None:
    email = candidates.create_account()
    link = candidates.link_to(email)
    browser = candidates.browser()
    running.advance_clock(hours=ACTIVATION_HOURS + 1)
    browser.get(link)
    running.turn_clock_back()
    assert browser.title == "Ce lien a expiré"
    assert "remplacé" not in browser.text
    browser.follow(page_labels.CREATE_ACCOUNT)
    assert browser.title == page_labels.CREATION_FORM
    for token in ("nimporte", "x" * 400, "%00"):
        assert browser.get(f"/compte/activation/{token}").status_code in (404, 422), token


def test_a_mistyped_address_is_told_and_the_creation_begun_again_keeps_the_rest(
    plain: Browser,
) -> None:
    typed = new_address().replace("example.org", "gmial.com")
    plain.post("/compte/creation", creation_answers(typed, prenoms="Léa"))
    meant = typed.replace("gmial", "gmail")
    assert f"Vouliez-vous dire : {meant} ?" in plain.text
    confirmation = plain.path
    plain.follow("recommencez la création")
    assert [plain.value(name) for name in ("prenoms", "email", "password")] == ["Léa", typed, ""]
    assert f"Vouliez-vous dire : {meant} ?" in plain.text, "under the field too"
    assert "gmial" not in plain.answer.request.url
    plain.get(confirmation)
    plain.follow(meant)
    assert [plain.value(name) for name in ("email", "email_confirmation")] == [meant, meant]
    assert "Vouliez-vous dire" not in plain.text


def test_what_no_cookie_can_hold_is_said_to_be_lost(plain: Browser) -> None:
    typed = new_address().replace("example.org", "gmial.com")
    accents = "É" * NAME_LENGTH
    meant = typed.replace("gmial", "gmail")
    usual = {"prenoms": "Éléonoré " * 10}
    longest = {"nom_famille": accents, "nom_famille_confirmation": accents}
    longest |= {"nom_usage": accents, "prenoms": accents}
    for names, said in (
        (usual, "ce que vous avez saisi y reste"),
        (longest, "tout y est à saisir de nouveau"),
    ):
        plain.post("/compte/creation", creation_answers(typed, **names))
        [cookie] = [
            line
            for line in plain.answer.history[0].headers.getlist("Set-Cookie")
            if "adresse" in line
        ]
        assert len(cookie) < 4096
        assert said in plain.text
    plain.follow(meant)
    assert plain.value("email") == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Anne.Le@gmial.com", "Anne.Le@gmail.com"),
        ("anne@GMAL.com", "anne@gmail.com"),
        ("anne@gmail.con", "anne@gmail.com"),
        ("anne@hotmaill.fr", "anne@hotmail.fr"),
        ("anne@laposte.ne", "anne@laposte.net"),
        *(
            (f"anne@{domain}", None)
            for domain in ("gmail.com", "ymail.com", "hotmail.de", "ac-rennes.fr", "cfr.fr")
        ),
        ("anne", None),
        ("@gmial.com", None),
    ],
)
def test_a_domain_that_is_one_slip_away_from_one_that_many_have_was_meant(
    typed: str, meant: str | None
) -> None:
    """One letter more, less, other or swapped; other addresses are left alone."""
    assert corrected_address(typed) == meant


def test_everything_can_change_before_the_first_candidature_and_mistakes_stay(
    candidates: CandidateFactory,
) -> None:
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


def test_what_two_windows_changed_is_shown_and_the_person_chooses(
    candidates: CandidateFactory,
) -> None:
    email = candidates.create_activated_account()
    first = candidates.log_in(email)
    second = candidates.log_in(email)
    for browser in (first, second):
        browser.get("/compte")
    first.press("Enregistrer", prenoms="Laurent Paul")
    assert second.press("Enregistrer", prenoms="Laurent Marie").status_code == 412
    ours, theirs = second.texts("//main//section[contains(@class, 'portail-recap')]")
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


def test_a_new_address_waits_for_its_owner_and_asks_for_the_current_password(
    candidates: CandidateFactory,
) -> None:
    old = candidates.create_activated_account()
    new = new_address()
    browser = candidates.log_in(old)
    browser.get("/compte")
    assert browser.press("Enregistrer", email=new, email_confirmation=new).status_code == 422
    browser.press("Enregistrer", current_password=PASSWORD)
    browser.shows("Un mail vient d'être envoyé à votre nouvelle adresse", new)
    link = candidates.link_to(new)
    assert candidates.log_in(old).get(link).status_code == 200
    browser.get(link)
    browser.press("Confirmer mon adresse mail")
    assert "Votre nouvelle adresse mail est enregistrée" in browser.text
    assert browser.get("/compte", follow=False).status_code == 303
    assert candidates.log_in(new).get("/compte").status_code == 200
    assert browser.get(link).status_code == 410


def test_the_old_address_cancels_a_change_and_is_led_to_a_new_password(
    candidates: CandidateFactory,
) -> None:
    old = candidates.create_activated_account()
    new = new_address()
    asking = candidates.log_in(old)
    owner = candidates.browser()
    asking.get("/compte")
    asking.press("Enregistrer", email=new, email_confirmation=new, current_password=PASSWORD)
    confirmation = candidates.link_to(new)
    link = candidates.link_to(old, "/compte/annulation")
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


def test_with_a_candidature_the_rest_is_greyed_and_says_whom_to_ask(
    candidates: CandidateFactory,
) -> None:
    browser = candidates.log_in_registered()
    browser.get("/compte")
    greyed = set(browser.page.xpath("//main//*[@disabled]/@name"))
    assert {"civilite", "nom_famille", "prenoms", "date_naissance", "pays_naissance"} <= greyed
    assert not {"email", "password", "current_password"} & greyed
    assert "contactez le service gestionnaire" in browser.text
    assert browser.page.xpath("//aside[@class='portail-contact']")


def test_an_account_without_candidature_is_deleted_on_a_page_of_its_own(
    candidates: CandidateFactory,
) -> None:
    browser = candidates.log_in()
    browser.get("/compte")
    browser.press("Supprimer")
    assert browser.title == "Supprimer mon compte"
    assert browser.press("Supprimer", current_password="Fausse/2021").status_code == 422
    browser.press("Supprimer", current_password=PASSWORD)
    assert browser.path == "/"
    browser.shows("Votre compte est supprimé", page_labels.LOG_IN)


def test_without_registrations_the_account_is_shown(
    candidates: CandidateFactory, running: InProcessPortal
) -> None:
    browser = candidates.log_in()
    with service_stopped(running.registrations):
        assert browser.get("/compte").status_code == 200
        assert "seuls l'adresse mail et le mot de passe sont modifiables" in browser.text
