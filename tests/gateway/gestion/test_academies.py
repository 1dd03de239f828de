"""Who sees all académies chooses one in lists and exports; a gestionnaire has nothing to choose."""

from __future__ import annotations

import csv

import pytest

from tests.gateway.components.html_checks import problems_of
from tests.gateway.gestion.people import StaffFactory, rows
from tests.support.scriptless_browser import ScriptlessBrowser

LISTS = ("/gestion/pieces?statut=toutes", "/gestion/relances", "/gestion/documents")
HERE, ELSEWHERE = "03", "20"


@pytest.mark.usefixtures("candidature")
def test_an_administrator_chooses_an_académie_of_each_list(administrator: ScriptlessBrowser) -> None:
    for path in LISTS:
        administrator.get(path)
        everywhere = rows(administrator)
        administrator.press("Filtrer", academie=HERE)
        assert not problems_of(administrator.answer.text)
        assert (rows(administrator), administrator.value("academie")) == (everywhere, HERE), path
        administrator.press("Filtrer", academie=ELSEWHERE)
        assert (administrator.answer.status_code, rows(administrator)) == (200, []), path


def test_a_gestionnaire_has_no_académie_to_choose(staff: StaffFactory) -> None:
    gestionnaire = staff.logged_in("03", "20")
    for path in (*LISTS, "/gestion/candidatures"):
        gestionnaire.get(path)
        assert not gestionnaire.page.xpath("//main//select[contains(@name, 'academie')]"), path


def test_an_export_is_of_the_académie_that_was_chosen(administrator: ScriptlessBrowser, candidature: str) -> None:
    for button in ("Candidatures (CSV)", "Épreuves (CSV)"):
        exported = {}
        for academie in ("", HERE, ELSEWHERE):
            administrator.get("/gestion/candidatures")
            answer = administrator.press(button, export_academie=academie)
            assert answer.status_code == 200
            exported[academie] = answer.text
        assert candidature in exported[HERE]
        assert exported[""] == exported[HERE]
        assert len(list(csv.reader(exported[ELSEWHERE].splitlines()))) == 1, "the headings alone"


@pytest.mark.usefixtures("candidature")
def test_a_search_is_within_the_académie_that_was_chosen(administrator: ScriptlessBrowser) -> None:
    administrator.get("/gestion/candidatures")
    administrator.press("Rechercher", recherche="binet", academie=HERE)
    assert rows(administrator)
    administrator.press("Rechercher", academie=ELSEWHERE)
    assert rows(administrator) == []
    assert (administrator.value("recherche"), administrator.value("academie")) == ("binet", ELSEWHERE)
