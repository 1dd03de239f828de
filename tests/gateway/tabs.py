"""Candidates in the tabs of drafts of their own, without any script."""

from collections.abc import Mapping
from typing import Any

from tests.gateway.candidates import CandidateFactory
from tests.registrations.domain.example_dossier import ANSWERS
from tests.support.scriptless_browser import ScriptlessBrowser

IDENTIFICATION, CANDIDATURE, QUALIFICATION, ACQUIS, DIPLOMA, EPREUVES, RECAP, NUMBER = range(2, 10)
BESANCON, AMIENS = "03", "20"


def begun(
    candidates: CandidateFactory, email: str | None = None, academie: str = BESANCON
) -> tuple[ScriptlessBrowser, str]:
    """A candidate's browser, and the path of their new draft's tabs."""
    browser = candidates.log_in(email)
    browser.get(f"/inscription?domaine=Examen&exam=BTS&session=2022&academie={academie}")
    browser.press("Valider")
    return browser, browser.path.rpartition("/")[0]


def up_to(candidates: CandidateFactory, number: int, **answers: Mapping[str, Any]) -> tuple[ScriptlessBrowser, str]:
    """The same with the tabs before this one written, at this one."""
    browser, draft = begun(candidates)
    for before in range(1, number):
        writes(browser, draft, before, {**ANSWERS, **answers})
    browser.get(f"{draft}/{number}")
    return browser, draft


def writes(
    browser: ScriptlessBrowser, draft: str, number: int, answers: Mapping[str, Mapping[str, Any]] = ANSWERS
) -> None:
    browser.get(f"{draft}/{number}")
    given = answers.get(dict(enumerate(ANSWERS, start=1)).get(number, ""), {})
    browser.post(f"{draft}/{number}", {"revision": browser.value("revision"), "action": "next", **given})
    assert browser.path == f"{draft}/{number + 1}", browser.text
