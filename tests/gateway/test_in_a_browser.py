"""The same pages in Chromium: with the script, on a telephone, far from Paris, for who cannot see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from services.contracts import page_labels
from tests.accounts.creation_form import PASSWORD, creation_form
from tests.gateway.candidates import CandidateFactory, new_address
from tests.support.accessibility import violations
from tests.support.chromium import french_profile
from tests.support.in_process_portal import InProcessPortal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

OPENING = "/ouverture-des-services?domaine=Examen&exam=BTS&session=2022&academie=03"
PUBLIC = ("/", OPENING, "/plan-du-site", "/un-probleme", "/accessibilite", "/compte/creation", "/connexion", "/mails")
NARROW = {"width": 320, "height": 640}


def log_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/connexion")
    page.get_by_label("Identifiant de connexion").fill(email)
    page.get_by_label("Mot de passe *", exact=True).fill(PASSWORD)
    page.get_by_role("button", name=page_labels.LOG_IN).click()
    page.wait_for_url(f"{url}/")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("path", PUBLIC)
def test_public_pages_are_accessible_and_fit_a_small_telephone(
    browser: Browser, running: InProcessPortal, path: str
) -> None:
    with french_profile(browser, viewport=NARROW) as context:
        page = context.new_page()
        page.goto(running.url + path)
        assert violations(page) == []
        assert fits(page)


def test_a_candidates_pages_are_accessible(page: Page, candidates: CandidateFactory, running: InProcessPortal) -> None:
    email = candidates.create_activated_account()
    candidates.register(email)
    log_in(page, running.url, email)
    for path in ("/", "/compte", "/compte/suppression"):
        page.goto(running.url + path)
        assert violations(page) == [], path


def test_the_form_changes_in_place_and_keeps_what_is_typed(
    page: Page, candidates: CandidateFactory, running: InProcessPortal
) -> None:
    email, person = new_address(), creation_form()
    page.goto(f"{running.url}/compte/creation")
    page.get_by_label("Mot de passe *", exact=True).fill(PASSWORD)
    page.get_by_label("Confirmation du mot de passe").fill(PASSWORD)
    page.get_by_label("Civilité").select_option(person["civilite"])
    for name in ("nom_famille", "nom_famille_confirmation", "prenoms", "date_naissance", "date_naissance_confirmation"):
        page.locator(f"[name={name}]").fill(person[name])
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Département, DOM ou COM de naissance").select_option(label="014 - CALVADOS")
    page.get_by_label("Commune de naissance").fill("cae")
    page.get_by_role("option", name="CAEN", exact=True).click()
    page.get_by_label("Adresse mail *", exact=True).fill(email)
    page.get_by_label("Confirmation de l'adresse mail").fill(email)
    page.get_by_role("button", name="Créer le compte").click()
    page.get_by_role("heading", name="Confirmation de réception de mail").wait_for()
    assert email not in page.url
    page.goto(running.url + candidates.link_to(email))
    page.get_by_role("button", name="Activer mon compte").click()
    page.get_by_role("heading", name=page_labels.LOG_IN_FORM).wait_for()


def test_a_refused_log_in_is_heard(page: Page, running: InProcessPortal) -> None:
    page.goto(f"{running.url}/connexion")
    page.get_by_label("Identifiant de connexion").fill("nobody@example.org")
    page.get_by_label("Mot de passe *", exact=True).fill("Fausse/2021")
    page.get_by_role("button", name=page_labels.LOG_IN).click()
    alert = page.get_by_role("alert").filter(has_text="incorrect")
    expect(alert).to_be_focused()
    assert page.get_by_label("Identifiant de connexion").input_value() == "nobody@example.org"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Europe/Paris", None),
        ("Indian/Reunion", "1 octobre 2021 à 14:00"),
        ("Pacific/Noumea", "1 octobre 2021 à 21:00"),
    ],
)
def test_far_from_paris_ones_own_time_stands_beside(
    browser: Browser, running: InProcessPortal, zone: str, shown: str | None
) -> None:
    with french_profile(browser, timezone_id=zone) as context:
        page = context.new_page()
        page.goto(running.url + OPENING)
        place = page.locator("[data-heure-locale]")
        assert place.is_visible() == (shown is not None)
        assert shown is None or shown in place.inner_text()


def test_a_mail_is_shown_and_its_link_leads_out_of_the_frame(
    page: Page, candidates: CandidateFactory, running: InProcessPortal
) -> None:
    mail = candidates.mail_to(candidates.create_account())
    page.goto(f"{running.url}/mails/{mail.name}")
    page.frame_locator("iframe").get_by_role("link", name="Activer mon compte").click()
    page.get_by_role("heading", name="Activation de votre compte").wait_for()
