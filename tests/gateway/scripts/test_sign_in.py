"""FranceConnect and ProConnect on a telephone: what the pages of the way there and back look like
in Chromium."""

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.sign_in.conftest import servers
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import StaffFactory, invite
from tests.gateway.portal_with_providers import running
from tests.support.accessibility import violations
from tests.support.app_server import AppServer
from tests.support.chromium import TELEPHONE
from tests.support.identity_providers import Providers, person
from tests.support.in_process_portal import InProcessPortal

__all__ = ["running", "servers"]


@pytest.fixture
def phone(page: Page, running: InProcessPortal) -> Page:
    page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    page.goto(f"{running.url}/connexion")
    return page


def identify(page: Page, provider: str, name: str) -> None:
    assert violations(page) == []
    page.get_by_role("link", name=f"S'identifier avec {provider}").click()
    page.get_by_role("button", name=name).click()
    page.wait_for_load_state()


def test_signing_up_then_in_and_out_with_franceconnect(
    phone: Page,
    running: InProcessPortal,
    servers: tuple[AppServer, Providers],
    candidates: CandidateFactory,
) -> None:
    angela = person()
    servers[1]["franceconnect"].people = [angela]
    identify(phone, "FranceConnect", "Angela")
    assert violations(phone) == []
    phone.get_by_role("button", name="Créer mon compte avec FranceConnect").click()
    expect(phone.get_by_label("Nom de famille")).to_be_disabled()
    assert violations(phone) == []
    phone.get_by_label("Confirmation de l'adresse mail").fill(angela["email"])
    phone.get_by_role("button", name="Créer le compte").last.click()
    expect(phone).to_have_url(f"{running.url}/compte/creation/confirmation")
    phone.goto(running.url + candidates.link_to(angela["email"]))
    phone.get_by_role("button", name="Activer mon compte").click()
    identify(phone, "FranceConnect", "Angela")
    expect(phone).to_have_url(f"{running.url}/")
    phone.goto(f"{running.url}/compte")
    assert violations(phone) == []
    with phone.expect_request(f"{servers[0].url}/franceconnect/end**"):
        phone.locator("form[action='/deconnexion'] button").first.evaluate(
            "button => button.click()"
        )
    expect(phone).to_have_url(f"{running.url}/")


def test_accepting_an_invitation_with_proconnect(
    phone: Page,
    staff: StaffFactory,
    servers: tuple[AppServer, Providers],
    candidates: CandidateFactory,
) -> None:
    paule = person(given_name="Paule")
    servers[1]["proconnect"].people = [paule]
    invite(staff.administrateur(), paule["email"])
    phone.goto(staff.portal.url + candidates.link_to(paule["email"], "/gestion/invitation/"))
    identify(phone, "ProConnect", "Paule")
    expect(phone.get_by_label("Code à six chiffres")).to_be_visible()
    assert violations(phone) == []
