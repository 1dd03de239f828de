"""« Équipe » and « Mon compte »: an administrateur invites somebody, who sets the access up; what each page shows."""

import time

import pyotp
from playwright.sync_api import Page

from tests.screens.browser_candidate import BrowserCandidate
from tests.screens.gestion_stories import type_log_in
from tests.screens.story_context import StoryContext

INVITED = "paule.durand@example.org"
PASSWORD = "Tilleul/2021"
STEP_SECONDS = 30


def team(context: StoryContext) -> None:
    """Recovery codes first: each of the acts that follow spends one."""
    recorder, chief = context.recorder, context.new_candidate()
    codes = _logs_in_with_recovery_codes(context, chief)
    for page in ("mot-de-passe", "second-facteur", "cles-d-acces", "jetons"):
        recorder.record(chief.open(f"/gestion/compte/{page}"), f"gestion-{page}")
    recorder.record(_creates_token(chief, codes.pop()), "gestion-jeton-nouveau")
    recorder.record(chief.open("/gestion/compte/jetons"), "gestion-jetons-liste")
    chief.open("/gestion/compte/second-facteur")
    recorder.record(_confirm(chief, "Continuer", codes.pop()), "gestion-second-facteur-nouveau")
    recorder.record(chief.open("/gestion/equipe/invitation"), "gestion-inviter")
    recorder.record(chief.press("Envoyer l'invitation"), "gestion-inviter-erreurs")
    recorder.record(_invites(chief, codes.pop()), "gestion-equipe")
    recorder.record(_open_member(chief, "administrateur@portail.example"), "gestion-membre-soi-meme")
    recorder.record(_open_member(chief, INVITED), "gestion-membre")
    recorder.record(chief.press("Désactiver l'accès"), "gestion-desactivation")
    recorder.record(_confirm(chief, "Désactiver l'accès", "000000"), "gestion-desactivation-refusee")


def _open_member(chief: BrowserCandidate, email: str) -> Page:
    page = chief.open("/gestion/equipe")
    page.locator("tr", has_text=email).get_by_role("link").click()
    page.wait_for_url("**/gestion/equipe/*")
    return page


def invitation(context: StoryContext) -> None:
    recorder, person = context.recorder, context.new_candidate()
    person.email = INVITED
    link = person.mailed_link("invitation", pages="gestion")
    recorder.record(person.open(link), "gestion-invitation")
    recorder.record(person.press("Activer mon accès"), "gestion-invitation-erreurs")
    secret = person.page.locator("[data-cle]").inner_text().replace(" ", "")
    person.fill(password=PASSWORD, password_confirmation=PASSWORD)
    recorder.record(_confirm(person, "Activer mon accès", pyotp.TOTP(secret).now()), "gestion-codes-de-secours")
    recorder.record(person.open(link), "gestion-invitation-utilisee")


def _logs_in_with_recovery_codes(context: StoryContext, chief: BrowserCandidate) -> list[str]:
    account = context.account("admin")
    totp = pyotp.TOTP(account["totp_secret"])
    chief.open("/gestion/connexion")
    type_log_in(account, chief, totp.now())
    context.recorder.record(chief.open("/gestion/compte"), "gestion-compte")
    context.recorder.record(chief.open("/gestion/compte/codes-de-secours"), "gestion-nouveaux-codes")
    page = _confirm(chief, "Afficher de nouveaux codes", totp.at(int(time.time()) + STEP_SECONDS))
    return page.locator("ol code").all_inner_texts()


def _creates_token(chief: BrowserCandidate, code: str) -> Page:
    chief.fill(name="suivi du bureau")
    chief.page.get_by_label("Lire les pièces justificatives").check(force=True)
    return _confirm(chief, "Créer le jeton", code)


def _invites(chief: BrowserCandidate, code: str) -> Page:
    chief.fill(nom="DURAND", prenoms="Paule", email=INVITED)
    chief.page.get_by_label("Besançon").check(force=True)
    return _confirm(chief, "Envoyer l'invitation", code)


def _confirm(browser: BrowserCandidate, button: str, code: str) -> Page:
    browser.fill(code=code)
    return browser.press(button)
