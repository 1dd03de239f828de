"""FranceConnect and ProConnect on a telephone: the whole way in Chromium, through the providers' own pages."""

from collections.abc import Iterator
from functools import partial
from typing import Any, cast

import pyotp
import pytest
from playwright.sync_api import Page, expect

from services.contracts import page_labels
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.invitations import invite
from tests.gateway.gestion.people import StaffFactory
from tests.support.accessibility import violations
from tests.support.app_server import AppServer
from tests.support.chromium import TELEPHONE
from tests.support.identity_providers import Providers, person, running_providers, settings_for
from tests.support.in_process_portal import InProcessPortal, running_portal


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[AppServer, Providers]]:
    with running_providers() as running:
        yield running


@pytest.fixture(scope="module")
def running(
    servers: tuple[AppServer, Providers], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[InProcessPortal]:
    issuers = {f"{name}_issuer": f"{servers[0].url}/{name}" for name in ("franceconnect", "proconnect")}
    of_accounts = partial(settings_for, server=servers[0], providers=servers[1])
    with running_portal(tmp_path_factory.mktemp("sign-in"), of_accounts=of_accounts, **issuers) as portal:
        yield portal


@pytest.fixture
def phone(page: Page, running: InProcessPortal) -> Page:
    page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    page.goto(f"{running.url}/connexion")
    return page


def identify(page: Page, provider: str, name: str, *, second_factor: bool = False) -> None:
    page.get_by_role("link", name=f"S'identifier avec {provider}").click()
    if second_factor:
        page.get_by_label("avec un second facteur").check()
    page.get_by_role("button", name=name).click()


def check_narrow(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_signing_up_then_in_and_out_with_franceconnect(
    phone: Page, running: InProcessPortal, servers: tuple[AppServer, Providers], candidates: CandidateFactory
) -> None:
    angela = person()
    servers[1]["franceconnect"].people = [angela]
    check_narrow(phone)
    identify(phone, "FranceConnect", "Angela")
    check_narrow(phone)
    phone.get_by_role("button", name="Créer mon compte avec FranceConnect").click()
    expect(phone.get_by_label("Nom de famille")).to_have_value("DUBOIS")
    expect(phone.get_by_label("Nom de famille")).to_be_disabled()
    check_narrow(phone)
    phone.get_by_label("Confirmation de l'adresse mail").fill(angela["email"])
    phone.get_by_role("button", name="Créer le compte").last.click()
    expect(phone).to_have_url(f"{running.url}/compte/creation/confirmation")
    phone.goto(running.url + candidates.link_to(angela["email"]))
    phone.get_by_role("button", name="Activer mon compte").click()
    identify(phone, "FranceConnect", "Angela")
    expect(phone).to_have_url(f"{running.url}/")
    phone.goto(f"{running.url}/compte")
    expect(phone.get_by_text("certifié par FranceConnect")).to_be_visible()
    check_narrow(phone)
    with phone.expect_request(f"{servers[0].url}/franceconnect/end**"):
        phone.locator("form[action='/deconnexion'] button").first.evaluate("button => button.click()")
    expect(phone).to_have_url(f"{running.url}/")


def test_staff_accept_an_invitation_and_come_in_by_proconnect(
    phone: Page, running: InProcessPortal, servers: tuple[AppServer, Providers], candidates: CandidateFactory
) -> None:
    paule = person(given_name="Paule")
    servers[1]["proconnect"].people = [paule]
    invite(StaffFactory(cast(Any, running)).administrateur(), paule["email"])
    phone.goto(running.url + candidates.link_to(paule["email"], "/gestion/invitation/"))
    check_narrow(phone)
    identify(phone, "ProConnect", "Paule")
    check_narrow(phone)
    secret = phone.locator("[data-cle]").inner_text().replace(" ", "")
    phone.get_by_label("Code à six chiffres").fill(pyotp.TOTP(secret).now())
    phone.get_by_role("button", name="Activer mon accès").click()
    expect(phone.get_by_text("Votre accès est prêt")).to_be_visible()
    phone.context.clear_cookies()
    phone.goto(f"{running.url}/gestion/connexion")
    identify(phone, "ProConnect", "Paule")
    expect(phone.get_by_label("Code du second facteur")).to_be_visible()
    expect(phone.get_by_role("button", name=page_labels.LOG_IN)).to_be_visible()
    phone.goto(f"{running.url}/gestion/connexion?suite=/gestion/compte")
    identify(phone, "ProConnect", "Paule", second_factor=True)
    expect(phone).to_have_url(f"{running.url}/gestion/compte")
