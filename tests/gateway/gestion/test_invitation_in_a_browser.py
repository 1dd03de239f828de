"""From an invitation to the end of somebody's access, in a browser: by what is on the pages and in the mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp
import pytest

from gateway.layout.frame import GESTION_HOME, GESTION_PAGES
from services.accounts.domain.recovery_codes import COUNT
from services.accounts.domain.staff import Role
from services.accounts.models import StaffMember, db
from services.contracts import page_labels
from tests.gateway.gestion.invitations import NEW_PASSWORD, mailed_link, new_address
from tests.gateway.gestion.people import PASSWORD, StaffAccount, StaffFactory
from tests.support.chromium import french_profile
from tests.support.in_process_four_services import InProcessFourServices

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def chief(staff: StaffFactory) -> StaffAccount:
    return staff.account(role=Role.ADMINISTRATEUR)


def test_an_access_from_its_invitation_to_its_end(
    browser: Browser, running: InProcessFourServices, chief: StaffAccount
) -> None:
    email = new_address()
    administrators, persons = (french_profile(browser).new_page() for _ in range(2))
    _log_in(administrators, running, chief.email, PASSWORD, chief.code)
    _invite(administrators, running, chief, email)

    persons.goto(f"{running.url}{mailed_link(running, email)}")
    assert persons.locator("[role=img] svg").bounding_box() is not None
    secret = persons.locator("[data-cle]").inner_text().replace(" ", "")
    persons.locator("[name=password]").fill(NEW_PASSWORD)
    persons.locator("[name=password_confirmation]").fill(NEW_PASSWORD)
    persons.locator("[name=code]").fill(pyotp.TOTP(secret).now())
    _press(persons, "Activer mon accès")
    codes = persons.locator("ol code").all_inner_texts()
    assert len(codes) == COUNT
    persons.get_by_role("link", name=f"Entrer dans l'{page_labels.STAFF_PAGES}").click()
    persons.get_by_role("heading", name=GESTION_HOME.label).wait_for()
    _press(persons, page_labels.LOG_OUT)

    _log_in(persons, running, email, NEW_PASSWORD, codes[0])
    persons.get_by_role("heading", name=GESTION_HOME.label).wait_for()
    persons.get_by_role("link", name=GESTION_PAGES["compte"].label).click()
    persons.get_by_text("Codes de secours qui restent").wait_for()
    assert str(COUNT - 1) in persons.locator("main dl").inner_text()

    administrators.goto(f"{running.url}/gestion/equipe")
    administrators.locator("tr", has_text=email).get_by_role("link").click()
    administrators.get_by_role("link", name="Désactiver l'accès").click()
    administrators.locator("[name=reason]").fill("Mutation")
    administrators.locator("[name=code]").fill(_fresh_code(running, chief))
    _press(administrators, "Désactiver l'accès")
    administrators.get_by_text("L'accès est désactivé.").wait_for()

    persons.context.clear_cookies()
    _log_in(persons, running, email, NEW_PASSWORD, codes[1])
    persons.get_by_text("Ce compte de gestion est désactivé").wait_for()


def _invite(page: Page, running: InProcessFourServices, chief: StaffAccount, email: str) -> None:
    page.get_by_role("link", name=GESTION_PAGES["equipe"].label, exact=True).click()
    page.get_by_role("link", name="Inviter une personne").click()
    for name, typed in (("nom", "DURAND"), ("prenoms", "Paule"), ("email", email)):
        page.locator(f"[name={name}]").fill(typed)
    page.get_by_label("Besançon").check(force=True)
    page.locator("[name=code]").fill(_fresh_code(running, chief))
    _press(page, "Envoyer l'invitation")
    page.get_by_text("L'invitation est envoyée par mail.").wait_for()


def _log_in(page: Page, running: InProcessFourServices, email: str, password: str, code: str) -> None:
    page.goto(f"{running.url}/gestion/connexion")
    for name, typed in (("identifiant", email), ("password", password), ("code", code)):
        page.locator(f"[name={name}]").fill(typed)
    _press(page, page_labels.LOG_IN)


def _press(page: Page, words: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=words, exact=True).click()


def _fresh_code(running: InProcessFourServices, account: StaffAccount) -> str:
    """A code that was not used yet, however many there were in these thirty seconds."""
    with running.accounts.app.app_context(), db.operation() as session:
        session.get_one(StaffMember, account.id).totp_last_step = 0
    return account.code
