"""« Valider mon inscription », where a session is validated online: read, certified with the password, told after."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.contracts.page_labels import VALIDATE_REGISTRATION
from services.contracts.session_options import ONLINE
from tests.accounts.creation_form import PASSWORD
from tests.gateway.candidates import CandidateFactory
from tests.registrations.service.candidate_client import GUIDE, GUIDE_SESSION, load
from tests.support.in_process_portal import InProcessPortal, running_portal
from tests.support.scriptless_browser import ScriptlessBrowser

TO_DO = "Inscription à valider en ligne"
BEFORE = "À valider – Votre validation en ligne est attendue avant le 25/10/2021 à 12:00 (heure de Paris)."
AFTER = "Validée en ligne le 05/10/2021 à 12:0"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessPortal]:
    with running_portal(tmp_path_factory.mktemp("online")) as portal:
        load(portal.registrations.app, replace(GUIDE, sessions=(replace(GUIDE_SESSION, validation=ONLINE),)))
        yield portal


@pytest.fixture
def candidature(candidates: CandidateFactory) -> tuple[ScriptlessBrowser, str]:
    """A candidate's browser, and the path of what was saved."""
    browser = candidates.log_in_registered()
    browser.get("/inscriptions")
    return browser, str(browser.page.xpath("//main//h3/a/@href")[0])


def save_another_version(browser: ScriptlessBrowser, path: str) -> None:
    browser.get(path)
    browser.press("Modifier")
    draft = browser.path.rpartition("/")[0]
    browser.get(f"{draft}/2")
    browser.press("Suivant", adresse="2 rue du lac")
    browser.get(f"{draft}/9")
    browser.press("Enregistrer")
    assert browser.title == "N° Inscription"


def test_a_candidate_reads_what_is_certified_and_validates_it_with_the_password(
    candidature: tuple[ScriptlessBrowser, str],
) -> None:
    browser, path = candidature
    browser.get("/")
    assert TO_DO in browser.text
    browser.get(path)
    assert BEFORE in browser.text
    browser.follow(VALIDATE_REGISTRATION)
    assert browser.title == VALIDATE_REGISTRATION
    assert "1 rue du port" in browser.text.lower()
    assert "Je certifie l'exactitude des renseignements" in browser.text
    assert browser.press(VALIDATE_REGISTRATION, current_password="not this one").status_code == 422
    assert "Le mot de passe actuel est incorrect." in browser.text
    assert not browser.value("current_password")
    browser.press(VALIDATE_REGISTRATION, current_password=PASSWORD)
    assert (browser.path, "Votre inscription est validée." in browser.text) == (path, True)
    assert AFTER in browser.text
    browser.get(f"{path}/validation")
    assert not browser.page.xpath("//input[@name='current_password']")
    assert "Votre inscription est validée en ligne depuis le" in browser.text
    browser.get(f"{path}/historique")
    assert "Inscription validée en ligne, version 1" in browser.text


def test_a_version_saved_in_another_window_is_shown_before_it_is_validated(
    candidature: tuple[ScriptlessBrowser, str],
) -> None:
    browser, path = candidature
    browser.get(f"{path}/validation")
    shown = browser.answer
    save_another_version(browser, path)
    assert "Votre inscription reste à valider en ligne" in browser.text
    for version, status in (("9" * 5000, 404), ("1", 412)):
        browser.answer = shown
        assert browser.press(VALIDATE_REGISTRATION, current_password=PASSWORD, version=version).status_code == status
    assert "relisez-la ci-dessous" in browser.text
    assert "2 rue du lac" in browser.text.lower()
    browser.press(VALIDATE_REGISTRATION, current_password=PASSWORD)
    assert AFTER in browser.text
    save_another_version(browser, path)
    browser.get("/inscriptions")
    assert BEFORE.partition(" – ")[2] in browser.text


def test_after_the_closing_whom_to_ask_is_said(
    candidature: tuple[ScriptlessBrowser, str], running: InProcessPortal
) -> None:
    browser, path = candidature
    browser.get(f"{path}/validation")
    running.advance_clock(days=30)
    browser.press(VALIDATE_REGISTRATION, current_password=PASSWORD)
    assert "Contactez le service gestionnaire." in browser.text
    browser.get(path)
    assert "Non validée – Vous ne l'avez pas validée à temps. Service à contacter : " in browser.text
    assert not browser.page.xpath(f"//main//a[contains(@href, '{path}/validation')]")
    browser.get("/")
    assert TO_DO not in browser.text
