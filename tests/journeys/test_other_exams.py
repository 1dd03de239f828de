"""Exams that ask for more than the guide's: parents of who is born abroad, what is accepted or attested first."""

from collections.abc import Callable
from dataclasses import replace

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.conftest import NewPage
from tests.journeys.scriptless_user import ScriptlessUser
from tests.journeys.text_reading import pdf_text
from tests.support.accessibility import violations
from tests.support.running_portal import RunningPortal

TELEPHONE = {"width": 360, "height": 740}
CONCOURS = ("Concours", "EXAMEN DE CAPACITE PROFESSIONNELLE TRANSPORT", "Session 2022")
ATTESTED = "J'atteste avoir pris connaissance de la date de fermeture"


def test_born_abroad_she_names_her_parents_and_attests_a_date(alone: RunningPortal, new_page: NewPage) -> None:
    """On a telephone. Axe, which is a script, looks at each tab in a browser of the same session. Takes long: a whole
    registration is typed."""
    page, looked_at = new_page(viewport=TELEPHONE, java_script_enabled=False), new_page(viewport=TELEPHONE)
    her = Candidate(page, alone, personas.TRAN_FOR_THE_CFG, ScriptlessUser)
    faults: list[str] = []

    def look(title: str) -> None:
        looked_at.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]  # what it gives it takes
        looked_at.goto(page.url)
        faults.extend(f"{title}: {line}" for line in violations(looked_at))

    her.registers(look)
    printed = pdf_text(her.downloads_confirmation())
    for line in ("Nom et prénoms du père : Đặng Văn Nam", "J'accepte les modalités d'inscription : Oui"):
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
