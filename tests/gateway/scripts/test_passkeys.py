"""Passkeys on a telephone, with Chromium's virtual authenticator: added, used in an act and at a
log-in, removed."""

import re

import pytest
from playwright.sync_api import CDPSession, Page, expect

from services.contracts import page_labels
from tests.gateway.gestion.people import PASSWORD, StaffBrowser, StaffFactory
from tests.gateway.portals import two_services
from tests.support.accessibility import violations
from tests.support.chromium import TELEPHONE

USE = "Utiliser ma clé d'accès"
ADD = "Ajouter une clé d'accès"


running = two_services("module", host="localhost")


@pytest.fixture
def member(staff: StaffFactory) -> StaffBrowser:
    return StaffBrowser(staff.portal, staff.account("03"))


@pytest.fixture
def phone(page: Page) -> Page:
    page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    return page


def plug_in(page: Page) -> tuple[CDPSession, str]:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    ready = {"isUserVerified": True, "automaticPresenceSimulation": True}
    added = devices.send("WebAuthn.addVirtualAuthenticator", {"options": {**kind, **ready}})
    return devices, str(added["authenticatorId"])


def begin_log_in(page: Page, member: StaffBrowser, path: str) -> None:
    page.goto(f"{member.portal.url}/gestion/connexion?suite={path}")
    page.get_by_label("Adresse mail professionnelle").fill(member.account.email)
    page.locator("input[name=password]").fill(PASSWORD)


def test_a_passkey_is_added_used_in_an_act_and_at_a_log_in_and_removed(
    phone: Page, member: StaffBrowser
) -> None:
    devices, authenticator = plug_in(phone)
    begin_log_in(phone, member, "/gestion/compte")
    phone.get_by_label("Code du second facteur").fill(member.code())
    phone.get_by_role("button", name=page_labels.LOG_IN).click()
    phone.get_by_role("link", name="Clés d'accès").click()
    assert violations(phone) == []
    phone.get_by_role("button", name=ADD).click()
    expect(phone.locator("input[name=name]")).to_be_focused()
    phone.locator("input[name=name]").fill("téléphone")
    phone.get_by_label("Code de votre second facteur").fill(member.code())
    phone.get_by_role("button", name=ADD).click()
    expect(phone.get_by_text("Votre clé d'accès est en service.")).to_be_visible()
    expect(phone.get_by_role("row", name=re.compile("téléphone"))).to_contain_text("Jamais")
    assert violations(phone) == []

    phone.goto(f"{member.portal.url}/gestion/compte/codes-de-secours")
    phone.get_by_role("button", name=USE).click()
    expect(phone.get_by_text("Les anciens ne servent plus.")).to_be_visible()

    phone.context.clear_cookies()
    begin_log_in(phone, member, "/gestion/compte/cles-d-acces")
    assert violations(phone) == []
    devices.send(
        "WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False}
    )
    phone.get_by_role("button", name=USE).click()
    expect(phone.get_by_text("La clé d'accès n'a pas servi.")).to_be_visible()
    devices.send(
        "WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": True}
    )
    phone.get_by_role("button", name=USE).click()
    expect(phone).to_have_url(f"{member.portal.url}/gestion/compte/cles-d-acces")
    expect(phone.get_by_role("row", name=re.compile("téléphone"))).not_to_contain_text("Jamais")
    phone.get_by_role("button", name="Retirer").click()
    expect(phone.get_by_text("Vous n'avez aucune clé d'accès.")).to_be_visible()


def test_the_button_is_where_passkeys_can_be_alone(page: Page, member: StaffBrowser) -> None:
    """Where the portal is opened by an IP address, they cannot. A page is loaded once its scripts
    have run."""
    page.goto(f"{member.portal.url}/gestion/connexion")
    expect(page.get_by_role("button", name=USE)).to_be_visible()
    page.goto(f"{member.portal.url.replace('localhost', '127.0.0.1')}/gestion/connexion")
    expect(page.get_by_role("button", name=USE)).to_be_hidden()
