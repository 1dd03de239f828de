"""« Espace de gestion » of an administrateur: the team, one's own access, openings, messages,
incidents, the catalogue, candidates' accounts, the journal."""

import pyotp
from playwright.sync_api import FilePayload, Page

from tests.registrations.catalogue.delivered_archive import delivered
from tests.screens.story import BrowserCandidate, Member, StoryContext

SEVERAL = "/gestion/ouvertures/dates"
INVITED = "paule.durand@example.org"
PASSWORD = "Tilleul/2021"


def team(context: StoryContext) -> None:
    """« Équipe » and « Mon compte ». Recovery codes first: each of the acts that follow spends
    one."""
    recorder = context.recorder
    chief = context.member("admin").logs_in()
    recorder.record(chief.open("/gestion/compte"), "gestion-compte")
    recorder.record(chief.open("/gestion/compte/codes-de-secours"), "gestion-nouveaux-codes")
    codes = chief.press_with_code("Afficher de nouveaux codes").locator("ol code").all_inner_texts()
    for page in ("mot-de-passe", "second-facteur", "cles-d-acces", "jetons"):
        recorder.record(chief.open(f"/gestion/compte/{page}"), f"gestion-{page}")
    chief.page.get_by_label("Lire les pièces justificatives").check(force=True)
    created = chief.press("Créer le jeton", name="suivi du bureau", code=codes.pop())
    recorder.record(created, "gestion-jeton-nouveau")
    recorder.record(chief.open("/gestion/compte/jetons"), "gestion-jetons-liste")
    chief.open("/gestion/compte/second-facteur")
    recorder.record(chief.press("Continuer", code=codes.pop()), "gestion-second-facteur-nouveau")
    recorder.record(chief.open("/gestion/equipe/invitation"), "gestion-inviter")
    recorder.record(chief.press("Envoyer l'invitation"), "gestion-inviter-erreurs")
    chief.page.get_by_label("Besançon").check(force=True)
    invited = {"nom": "DURAND", "prenoms": "Paule", "email": INVITED, "code": codes.pop()}
    recorder.record(chief.press("Envoyer l'invitation", **invited), "gestion-equipe")
    recorder.record(_open_member(chief, chief.account["email"]), "gestion-membre-soi-meme")
    recorder.record(_open_member(chief, INVITED), "gestion-membre")
    recorder.record(chief.press("Désactiver l'accès"), "gestion-desactivation")
    recorder.record(
        chief.press("Désactiver l'accès", code="000000"), "gestion-desactivation-refusee"
    )


def _open_member(chief: Member, email: str) -> Page:
    page = chief.open("/gestion/equipe")
    page.locator("tr", has_text=email).get_by_role("link").click()
    page.wait_for_url("**/gestion/equipe/*")
    return page


def invitation(context: StoryContext) -> None:
    """Who was invited sets the access up."""
    recorder = context.recorder
    person = context.new_candidate()
    person.email = INVITED
    link = person.mailed_link("invitation", pages="gestion")
    recorder.record(person.open(link), "gestion-invitation")
    recorder.record(person.press("Activer mon accès"), "gestion-invitation-erreurs")
    code = pyotp.TOTP(person.page.locator("[data-cle]").inner_text().replace(" ", "")).now()
    activated = person.press(
        "Activer mon accès", password=PASSWORD, password_confirmation=PASSWORD, code=code
    )
    recorder.record(activated, "gestion-codes-de-secours")
    recorder.record(person.open(link), "gestion-invitation-utilisee")


def openings_and_messages(context: StoryContext) -> None:
    """The list, an opening before and after a change that is refused; a message looked at and
    published."""
    recorder = context.recorder
    administrator = context.member("admin").logs_in()
    recorder.record(administrator.open("/gestion/ouvertures"), "gestion-ouvertures")
    recorder.record(administrator.press("ACADÉMIE D'AIX-MARSEILLE"), "gestion-ouverture")
    closes = administrator.page.locator("[name=closes]").input_value()
    refused = {"closes": "le 12 au soir", "reason": "Intempéries dans l'académie"}
    recorder.record(
        administrator.press("Voir ce qui change", **refused), "gestion-ouverture-refusee"
    )
    previewed = administrator.press("Voir ce qui change", closes=f"{closes[:-5]}19:00")
    recorder.record(previewed, "gestion-ouverture-apercu")
    recorder.record(administrator.press_with_code("Changer les dates"), "gestion-ouverture-changee")
    administrator.open("/gestion/ouvertures")
    recorder.record(administrator.follow(SEVERAL), "gestion-dates-de-plusieurs")
    administrator.page.get_by_label("Toutes les académies").check(force=True)
    previewed = administrator.press(
        "Voir ce qui change", closes="01/10/2021 12:06", reason="Sujets perdus"
    )
    recorder.record(previewed, "gestion-dates-de-plusieurs-apercu")
    recorder.record(administrator.open("/gestion/messages"), "gestion-messages")
    recorder.record(administrator.press("Publier le message"), "gestion-messages-refuse")
    message = {
        "title": "Portail fermé mardi matin",
        "text": "Le portail sera fermé mardi de 6 h à 8 h. Ce que vous avez saisi est conservé.",
        "shown_from": "01/01/2000 00:00",
        "shown_until": "31/12/2000 23:59",
    }
    recorder.record(administrator.press("Voir l'aperçu", **message), "gestion-messages-apercu")
    recorder.record(administrator.press("Publier le message"), "gestion-messages-publie")


def incidents(context: StoryContext) -> None:
    """An incident is refused, looked at, and extends what it cut."""
    recorder = context.recorder
    administrator = context.member("admin").logs_in()
    recorder.record(administrator.open("/gestion/incidents"), "gestion-incidents")
    recorder.record(administrator.press("Voir ce qui serait prolongé"), "gestion-incidents-refuse")
    incident = {
        "begins": "03/10/2021 20:00",
        "ends": "03/10/2021 22:30",
        "title": "Inscriptions prolongées",
        "text": "Le portail était indisponible hier soir. Ce que vous avez saisi est conservé.",
        "reason": "Panne du réseau",
    }
    recorder.record(
        administrator.press("Voir ce qui serait prolongé", **incident), "gestion-incidents-apercu"
    )
    recorder.record(administrator.press_with_code("Prolonger"), "gestion-incidents-prolonge")


def catalogue(context: StoryContext) -> None:
    """What is in force, an archive with mistakes, what another one changes, loaded."""
    recorder = context.recorder
    administrator = context.member("admin").logs_in()
    recorder.record(administrator.open("/gestion/catalogue"), "gestion-catalogue")
    wrong = delivered(bts__sessions__2022=("label: ", "libelle: "))
    recorder.record(_sends(administrator, wrong), "gestion-catalogue-erreurs")
    changed = delivered(bts__sessions__2022=("\nrelances: [", "\nrelances: [60, "))
    recorder.record(_sends(administrator, changed), "gestion-catalogue-changements")
    recorder.record(
        administrator.press_with_code("Charger ce catalogue"), "gestion-catalogue-charge"
    )


def _sends(administrator: BrowserCandidate, archive: bytes) -> Page:
    file = FilePayload(name="catalogue.zip", mimeType="application/zip", buffer=archive)
    administrator.open("/gestion/catalogue").locator("[name=fichier]").set_input_files(file)
    return administrator.press("Vérifier le catalogue")


def accounts_and_journal(context: StoryContext) -> None:
    """An account found, its correction refused then made; one that waits; what the journal says of
    it."""
    candidate = context.new_candidate().creates_account_and_logs_in()
    waiting = context.new_candidate()
    candidate.registers()
    waiting.creates_account()
    recorder = context.recorder
    administrator = context.member("admin").logs_in()
    for page in ("candidatures", "relances"):
        recorder.record(administrator.open(f"/gestion/{page}"), f"gestion-{page}-toutes-academies")
    recorder.record(administrator.open("/gestion/comptes"), "gestion-comptes")
    recorder.record(
        administrator.press("Rechercher", email="personne@example.org"), "gestion-comptes-aucun"
    )
    recorder.record(
        administrator.press("Rechercher", email=candidate.email), "gestion-comptes-trouve"
    )
    recorder.record(administrator.follow("/gestion/comptes/"), "gestion-compte-candidat")
    correct = "Corriger l'état civil"
    reason = "Carte d'identité reçue le 4 octobre"
    recorder.record(
        administrator.press(correct, prenoms="", reason=reason), "gestion-compte-refuse"
    )
    recorder.record(administrator.press(correct, prenoms="Pierre Louis"), "gestion-compte-corrige")
    administrator.open("/gestion/comptes")
    administrator.press("Rechercher", email=waiting.email)
    recorder.record(administrator.follow("/gestion/comptes/"), "gestion-compte-en-attente")
    for page in ("conservation", "effacements", "journal"):
        recorder.record(administrator.open(f"/gestion/{page}"), f"gestion-{page}")
    recorder.record(administrator.open("/gestion/journal?du=hier"), "gestion-journal-refuse")
    recorder.record(administrator.open("/gestion/journal?objet=inconnu"), "gestion-journal-aucun")
