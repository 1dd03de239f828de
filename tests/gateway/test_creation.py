"""« Formulaire de création » as the guide shows it, by hand and without JavaScript."""

from services.accounts.domain.civil_status import NAME_LENGTH
from services.contracts import page_labels
from services.contracts.account_rules import ACTIVATION_HOURS
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import CandidateFactory, creation_answers, new_address
from tests.gateway.components.html_checks import text_of
from tests.support.in_process_portal import InProcessPortal
from tests.support.scriptless_browser import ScriptlessBrowser


def test_an_account_is_made_and_used_without_javascript(plain: ScriptlessBrowser, candidates: CandidateFactory) -> None:
    email = new_address()
    plain.get("/compte/creation")
    by_hand = creation_answers(email)
    for name in ("commune_naissance", "departement_naissance"):
        by_hand.pop(name)
    plain.press("Actualiser selon le choix « Département, DOM ou COM de naissance »", departement_naissance="014")
    assert plain.value("departement_naissance") == "014"
    plain.press("Rechercher : Commune de naissance", **{**by_hand, "commune_naissance-texte": "caen"})
    assert "CAEN" in plain.text
    assert plain.value("nom_famille") == "BINET"
    plain.press("Créer le compte", commune_naissance="CAEN", password=PASSWORD, password_confirmation=PASSWORD)
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


def test_every_mistake_is_told_at_once_with_its_field_and_nothing_typed_is_lost(plain: ScriptlessBrowser) -> None:
    plain.get("/compte/creation")
    wrong = {"nom_famille": "Ça m'suffit", "email": "nobody", "password": "short"}
    assert plain.press("Créer le compte", **wrong, nom_usage="a" * (NAME_LENGTH + 1)).status_code == 422
    summary = {link.get("href"): text_of(link) for link in plain.page.xpath("//*[@id='resume-erreurs']//a")}
    assert {"#champ-prenoms", "#champ-email", "#champ-date_naissance"} <= set(summary)
    assert summary["#champ-civilite"] == "Choisissez votre civilité."
    assert summary["#champ-nom_usage"] == f"Nom d'usage : {NAME_LENGTH} caractères au maximum."
    assert summary["#champ-password"].startswith("Mot de passe : il doit comporter")
    beside = [text_of(paragraph) for paragraph in plain.page.xpath("//*[@id='champ-nom_usage-messages']/p")]
    assert beside == [f"{NAME_LENGTH} caractères au maximum."]
    assert [plain.value(name) for name in wrong] == ["Ça m'suffit", "nobody", ""]


def test_communes_are_proposed_as_one_types_once_the_departement_is_chosen(plain: ScriptlessBrowser) -> None:
    proposals = "/compte/communes?field=commune_naissance&q=troy&departement_naissance="
    assert {"value": "TROYES", "label": "TROYES"} in plain.get(f"{proposals}010").json["options"]
    plain.get("/compte/creation")
    plain.press("Rechercher : Commune de naissance", **{"commune_naissance-texte": "troyes"})
    assert "Choisissez d'abord votre département, DOM ou COM de naissance." in plain.text
    assert plain.value("commune_naissance-texte") == "troyes"


def test_opening_the_link_says_whose_account_it_is_and_changes_nothing(candidates: CandidateFactory) -> None:
    email = candidates.create_account()
    link, browser, other_window = candidates.link_to(email), candidates.browser(), candidates.browser()
    other_window.get(link)
    for _ in range(2):
        browser.get(link)
    assert [button.text for button in browser.page.xpath("//main//button")] == ["Activer mon compte"]
    for words in ("Nom de famille BINET", "Prénoms Laurent", "Date de naissance 01/02/2001", "(heure de Paris)"):
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


def test_a_mail_asked_for_again_replaces_that_of_this_browsers_creation(candidates: CandidateFactory) -> None:
    email, browser = new_address(), candidates.browser()
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


def test_who_logs_in_before_the_activation_gets_the_mail_of_his_own_creation(candidates: CandidateFactory) -> None:
    email, browser = new_address(), candidates.browser()
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


def test_an_expired_or_unknown_link_says_what_to_do(candidates: CandidateFactory, running: InProcessPortal) -> None:
    email = candidates.create_account()
    link, browser = candidates.link_to(email), candidates.browser()
    running.advance_clock(hours=ACTIVATION_HOURS + 1)
    browser.get(link)
    running.turn_clock_back()
    assert browser.title == "Ce lien a expiré"
    assert "remplacé" not in browser.text
    browser.follow(page_labels.CREATE_ACCOUNT)
    assert browser.title == page_labels.CREATION_FORM
    for token in ("nimporte", "x" * 400, "%00"):
        assert browser.get(f"/compte/activation/{token}").status_code in (404, 422), token


def test_a_mistyped_address_is_told_and_the_creation_begun_again_keeps_the_rest(plain: ScriptlessBrowser) -> None:
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


def test_what_no_cookie_can_hold_is_said_to_be_lost(plain: ScriptlessBrowser) -> None:
    typed = new_address().replace("example.org", "gmial.com")
    accents, meant = "É" * NAME_LENGTH, typed.replace("gmial", "gmail")
    usual, longest = {"prenoms": "Éléonoré " * 10}, {"nom_famille": accents, "nom_famille_confirmation": accents}
    longest |= {"nom_usage": accents, "prenoms": accents}
    for names, said in ((usual, "ce que vous avez saisi y reste"), (longest, "tout y est à saisir de nouveau")):
        plain.post("/compte/creation", creation_answers(typed, **names))
        [cookie] = [line for line in plain.answer.history[0].headers.getlist("Set-Cookie") if "adresse" in line]
        assert len(cookie) < 4096
        assert said in plain.text
    plain.follow(meant)
    assert plain.value("email") == meant
