"""« Mon compte » of a member of staff: password, second factor, recovery codes and tokens, each with a fresh code."""

import pyotp
import pytest

from services.accounts.domain.staff import RECOVERY_CODES
from tests.gateway.calls import ask_api
from tests.gateway.components.html_checks import text_of
from tests.gateway.gestion.invitations import NEW_PASSWORD, recovery_codes, shown_secret
from tests.gateway.gestion.people import PASSWORD, StaffBrowser, StaffFactory, rows
from tests.support.in_process_four_services import InProcessFourServices

NAMES = {"name": "suivi du bureau", "scopes": "pieces:read", "days": "30"}


@pytest.fixture
def member(staff: StaffFactory) -> StaffBrowser:
    return staff.with_account(staff.account("03"), "/gestion/compte")


def test_the_page_says_who_one_is_and_how_many_codes_are_left(member: StaffBrowser) -> None:
    assert member.account.email in member.browser.text
    assert "Il vous reste 0 code de secours : demandez-en de nouveaux." in member.browser.text
    member.browser.follow("Nouveaux codes de secours")
    member.press("Afficher de nouveaux codes")
    assert len(recovery_codes(member.browser)) == RECOVERY_CODES
    assert member.browser.answer.headers["Cache-Control"] == "no-store"
    member.browser.follow("Revenir à mon compte")
    assert f"Codes de secours qui restent {RECOVERY_CODES}" in member.browser.text


def test_a_new_password_closes_the_other_sessions_and_this_one_goes_on(member: StaffBrowser) -> None:
    member.browser.follow("Changer de mot de passe")
    typed = {"current_password": PASSWORD, "password": NEW_PASSWORD, "password_confirmation": NEW_PASSWORD}
    member.press("Enregistrer", **{**typed, "password": "court"})
    assert member.browser.answer.status_code == 422
    [mistake] = member.browser.page.xpath("//*[@id='resume-erreurs']//a[@href='#champ-password']")
    assert text_of(mistake).startswith("Nouveau mot de passe : il doit comporter")
    member.press("Enregistrer", **typed)
    assert member.browser.path == "/gestion/compte"
    assert "Votre mot de passe est changé." in member.browser.text


def test_a_second_factor_is_renewed_in_two_steps_by_our_proposal_alone(member: StaffBrowser) -> None:
    member.browser.follow("Renouveler le second facteur")
    member.press("Continuer", code="000000")
    assert member.browser.answer.status_code == 422
    member.press("Continuer")
    assert member.browser.title == "Nouveau second facteur"
    secret = shown_secret(member.browser)
    member.browser.press("Mettre en service", code="000000")
    assert (member.browser.answer.status_code, shown_secret(member.browser)) == (422, secret)
    member.browser.press("Mettre en service", code=pyotp.TOTP(secret).now())
    assert "Votre nouveau second facteur est en service" in member.browser.text
    member.browser.post("/gestion/compte/second-facteur/confirmation", {"proposal": "inventée", "code": "123456"})
    assert "n'est plus valable : recommencez" in member.browser.text


def test_a_token_is_shown_once_listed_and_revoked(member: StaffBrowser, running: InProcessFourServices) -> None:
    member.browser.follow("Jetons d'accès")
    member.press("Créer le jeton", **NAMES)
    assert member.browser.title == "Votre nouveau jeton"
    [token] = [text_of(code) for code in member.browser.page.xpath("//*[@data-jeton]")]
    assert ask_api(running.gateway.app, "pieces/v1/pieces", token).status_code == 200
    assert ask_api(running.gateway.app, "registrations/v1/staff/candidatures", token).status_code == 403
    member.browser.follow("Revenir à mes jetons")
    [line] = rows(member.browser)
    assert all(words in line for words in ("suivi du bureau", "Lire les pièces", "Valable")), line
    assert "Jamais" not in line, "it was used"
    assert token not in member.browser.answer.text
    member.browser.press("Révoquer : suivi du bureau")
    assert "Le jeton est révoqué" in member.browser.text
    assert "Révoqué" in rows(member.browser)[0]
