"""Who sees all académies chooses one in lists and exports; a gestionnaire has nothing to choose."""

from __future__ import annotations

import csv

import pytest

from services.accounts.domain.staff import Role
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import problems_of
from tests.gateway.gestion.people import StaffFactory, depositor, rows
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser

LISTS = ("/gestion/pieces?statut=toutes", "/gestion/relances", "/gestion/documents")
HERE, ELSEWHERE = "03", "20"


@pytest.fixture
def administrator(staff: StaffFactory) -> ScriptlessBrowser:
    return staff.logged_in(role=Role.ADMINISTRATEUR)


@pytest.mark.parametrize("path", LISTS)
def test_an_administrator_chooses_an_académie_of_a_list(
    administrator: ScriptlessBrowser, candidates: CandidateFactory, running: InProcessFourServices, path: str
) -> None:
    depositor(candidates, running)
    administrator.get(path)
    everywhere = rows(administrator)
    administrator.press("Filtrer", academie=HERE)
    assert not problems_of(administrator.answer.text)
    assert (rows(administrator), administrator.value("academie")) == (everywhere, HERE)
    administrator.press("Filtrer", academie=ELSEWHERE)
    assert (administrator.answer.status_code, rows(administrator)) == (200, [])


@pytest.mark.parametrize("path", [*LISTS, "/gestion/candidatures"])
def test_a_gestionnaire_has_no_académie_to_choose(staff: StaffFactory, path: str) -> None:
    gestionnaire = staff.logged_in("03", "20")
    gestionnaire.get(path)
    assert not gestionnaire.page.xpath("//main//select[contains(@name, 'academie')]")


@pytest.mark.parametrize("button", ["Candidatures (CSV)", "Épreuves (CSV)"])
def test_an_export_is_of_the_académie_that_was_chosen(
    administrator: ScriptlessBrowser, candidates: CandidateFactory, running: InProcessFourServices, button: str
) -> None:
    candidature = depositor(candidates, running).path.rpartition("/")[2]
    exported = {}
    for academie in ("", HERE, ELSEWHERE):
        administrator.get("/gestion/candidatures")
        answer = administrator.press(button, export_academie=academie)
        assert answer.status_code == 200
        exported[academie] = answer.text
    assert candidature in exported[HERE]
    assert exported[""] == exported[HERE]
    assert len(list(csv.reader(exported[ELSEWHERE].splitlines()))) == 1, "the headings alone"


def test_a_search_is_within_the_académie_that_was_chosen(
    administrator: ScriptlessBrowser, candidates: CandidateFactory, running: InProcessFourServices
) -> None:
    depositor(candidates, running)
    administrator.get("/gestion/candidatures")
    administrator.press("Rechercher", recherche="binet", academie=HERE)
    assert rows(administrator)
    administrator.press("Rechercher", academie=ELSEWHERE)
    assert rows(administrator) == []
    assert (administrator.value("recherche"), administrator.value("academie")) == ("binet", ELSEWHERE)
