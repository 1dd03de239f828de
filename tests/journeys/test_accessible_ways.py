"""From home to « J'ai fourni toutes mes pièces » by keyboard alone, and with the script lost on the
way; and exams that ask for more than the guide's, by telephone without any script."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, expect

from services.contracts import page_labels
from services.contracts.piece_rules import MAX_FILE_BYTES
from tests.journeys import personas
from tests.journeys.accessible_candidate import deposits_and_validates, someone
from tests.journeys.candidate import Candidate
from tests.journeys.conftest import NewPage
from tests.journeys.users import KeyboardUser, MouseUser, ScriptlessUser
from tests.support.accessibility import violations
from tests.support.chromium import TELEPHONE
from tests.support.running_portal import RunningPortal


def test_by_keyboard_alone_from_home_to_the_last_piece(
    alone: RunningPortal, page: Page, tmp_path: Path
) -> None:
    """Takes long: the focus is looked at on each stop of each page."""
    candidate = someone(page, alone, KeyboardUser)
    candidate.user.open("/connexion")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Contenu")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.get_by_role("main").evaluate("main => main.contains(document.activeElement)"), (
        "the first stop's way"
    )
    candidate.registers()
    deposits_and_validates(candidate, tmp_path)


def test_a_script_lost_in_the_middle_of_a_tab_loses_nothing(
    alone: RunningPortal, page: Page, tmp_path: Path
) -> None:
    """Takes long: no other page shows what the rest of the way is like once the script has gone."""
    candidate = someone(page, alone, MouseUser)

    def script_is_lost(title: str) -> None:
        if title == "Identification":
            candidate.user.answer("Complément adresse 1", "Bâtiment C")
            # No timer fires either: whether a save was under way does not depend on how fast this
            # machine is.
            page.context.new_cdp_session(page).send(
                "Emulation.setScriptExecutionDisabled", {"value": True}
            )
            candidate.user = ScriptlessUser(page, alone.url)
            candidate.user.answer("Numéro, rue, voie", "2 rue du pont")
        if title == "Récapitulatif":
            candidate.user.shows("2 rue du pont", "Bâtiment C")

    candidate.registers(script_is_lost)
    deposits_and_validates(candidate, tmp_path)
    _too_large_files_are_refused_by_a_page(candidate, tmp_path / "trop grand.pdf")


def _too_large_files_are_refused_by_a_page(candidate: Candidate, file: Path) -> None:
    """And not by a broken line, which is what a browser shows of an answer that comes before all
    was sent."""
    page = candidate.page
    candidate.user.activate(page.get_by_role("link", name="Ajouter").first)
    for size in (MAX_FILE_BYTES + 1, 6 * MAX_FILE_BYTES):
        file.write_bytes(b"%PDF-1.7\n" + b"0" * size)
        candidate.user.choose_file("Choisir un fichier", file)
        with page.expect_navigation() as navigation:
            page.get_by_role("button", name="Envoyer", exact=True).click()
        assert navigation.value.status == 413, size
        page.get_by_text("Votre fichier est trop volumineux").first.wait_for()


CONCOURS = ("Concours", "EXAMEN DE CAPACITE PROFESSIONNELLE TRANSPORT", "Session 2022")
ATTESTED = "J'atteste avoir pris connaissance de la date de fermeture"


def test_born_abroad_she_names_her_parents_and_attests_a_date(
    alone: RunningPortal, new_page: NewPage
) -> None:
    """On a telephone. Axe, which is a script, looks at each tab in a browser of the same session.
    Takes long: a whole registration is typed."""
    page = new_page(viewport=TELEPHONE, java_script_enabled=False)
    looked_at = new_page(viewport=TELEPHONE)
    her = Candidate(page, alone, personas.TRAN_FOR_THE_CFG, ScriptlessUser)
    faults: list[str] = []

    def look(title: str) -> None:
        looked_at.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]  # what it gives it takes
        looked_at.goto(page.url)
        faults.extend(f"{title}: {line}" for line in violations(looked_at))

    her.registers(look)
    printed = her.reads_pdf()
    for line in (
        "Nom et prénoms du père : Đặng Văn Nam",
        "J'accepte les modalités d'inscription : Oui",
    ):
        assert line in printed, printed
    _attests_the_closing_date(her, look)
    assert faults == []


def _attests_the_closing_date(her: Candidate, look: Callable[[str], None]) -> None:
    user = her.user
    user.menu(page_labels.REGISTER)
    her.persona = replace(her.persona, exam=CONCOURS)
    her.chooses_exam()
    user.is_at("Recrutement(s) ouvert(s)")
    user.shows("Les inscriptions à ce concours ferment le 12/11/2021 à 23:59")
    look("Recrutement(s) ouvert(s)")
    user.press("Suivant")
    user.shows(f"{ATTESTED} : cochez cette case.")
    user.fill({ATTESTED: True})
    user.press("Suivant")
    user.is_at("Modalités d'inscription")
