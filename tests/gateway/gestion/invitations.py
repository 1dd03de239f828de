"""Invitations to « Espace de gestion »: the link in the mail, and what its page shows."""

import pyotp

from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import text_of
from tests.gateway.gestion.people import StaffBrowser
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser

NEW_PASSWORD = "Tilleul/2021"


def invite(chief: StaffBrowser, email: str, role: str = "gestionnaire", academies: str = "03", **typed: str) -> None:
    chief.browser.get("/gestion/equipe/invitation")
    chosen = {"academies": academies} if academies else {}
    given = {"nom": "DURAND", "prenoms": "Paule", "email": email, "role": role, **chosen}
    chief.press("Envoyer l'invitation", **{**given, **typed})


def mailed_link(portal: InProcessFourServices, email: str) -> str:
    return CandidateFactory(portal).link_to(email, "/gestion/invitation/")


def shown_secret(browser: ScriptlessBrowser) -> str:
    """The secret of the second factor, as the page writes it beside the QR code."""
    [key] = browser.page.xpath("//*[@data-cle]")
    return text_of(key).replace(" ", "")


def set_up(browser: ScriptlessBrowser, **typed: str) -> str:
    """Choose the password and the second factor on the page of an invitation; returns the factor's secret."""
    secret = shown_secret(browser)
    code = pyotp.TOTP(secret).now()
    given = {"password": NEW_PASSWORD, "password_confirmation": NEW_PASSWORD, "code": code}
    browser.press("Activer mon accès", **{**given, **typed})
    return secret


def recovery_codes(browser: ScriptlessBrowser) -> list[str]:
    return [text_of(code) for code in browser.page.xpath("//ol//code")]
