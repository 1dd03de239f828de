"""A registration's tabs, written up to one of them."""

from tests.gateway.candidates import Browser, CandidateFactory
from tests.registrations.domain.example_dossier import ANSWERS

IDENTIFICATION, CANDIDATURE, QUALIFICATION, ACQUIS, DIPLOMA, EPREUVES, RECAP, NUMBER = range(2, 10)


BESANCON = "03"


def begun(
    candidates: CandidateFactory, email: str | None = None, academie: str = BESANCON
) -> tuple[Browser, str]:
    """A candidate's browser, and the path of their new draft's tabs."""
    browser = candidates.log_in(email)
    browser.get(f"/inscription?domaine=Examen&exam=BTS&session=2022&academie={academie}")
    browser.press("Valider")
    return browser, browser.path.rpartition("/")[0]


def up_to(
    candidates: CandidateFactory, number: int, email: str | None = None
) -> tuple[Browser, str]:
    """The same with the tabs before this one written, at this one."""
    browser, draft = begun(candidates, email)
    for before in range(1, number):
        writes(browser, draft, before)
    browser.get(f"{draft}/{number}")
    return browser, draft


def writes(browser: Browser, draft: str, number: int) -> None:
    browser.get(f"{draft}/{number}")
    given = ANSWERS.get(dict(enumerate(ANSWERS, start=1)).get(number, ""), {})
    browser.post(
        f"{draft}/{number}", {"revision": browser.value("revision"), "action": "next", **given}
    )
    assert browser.path == f"{draft}/{number + 1}", browser.text
