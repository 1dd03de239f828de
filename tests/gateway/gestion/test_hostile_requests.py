"""What nobody sends from these pages: forms and addresses made by hand."""

from __future__ import annotations

import pytest

from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import StaffFactory, depositor
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser


@pytest.fixture
def gestionnaire(
    staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices
) -> ScriptlessBrowser:
    """At a piece that is to control."""
    candidature = depositor(candidates, running).path.rpartition("/")[2]
    browser = staff.logged_in("03")
    browser.get(f"/gestion/pieces?candidature={candidature}")
    browser.get(browser.page.xpath("//tbody//a/@href")[0])
    return browser


def decision(browser: ScriptlessBrowser, **fields: str) -> dict[str, str]:
    given = {name: browser.value(name) or "" for name in ("etag", "deposit_id", "candidature")}
    return {**given, "decision": "compliant", **fields}


@pytest.mark.parametrize("etag", ["", "a\r\nX-Role: administrateur", "é€", "\x00", '"' + "a" * 100_000 + '"'])
def test_an_etag_that_is_none_is_sent_to_no_service(gestionnaire: ScriptlessBrowser, etag: str) -> None:
    gestionnaire.post(f"{gestionnaire.path}/decision", decision(gestionnaire, etag=etag))
    assert gestionnaire.answer.status_code == 404


def test_a_decision_that_does_not_exist_is_not_found(gestionnaire: ScriptlessBrowser) -> None:
    gestionnaire.post(f"{gestionnaire.path}/decision", decision(gestionnaire, decision="perdue"))
    assert gestionnaire.answer.status_code == 404


def test_a_nul_takes_nothing_away_from_what_was_typed(gestionnaire: ScriptlessBrowser) -> None:
    path = gestionnaire.path
    typed = {"comment": "Illi\0sible", "resubmit_until": "de\0main", "session": "\0"}
    gestionnaire.post(f"{path}/decision", decision(gestionnaire, decision="non_compliant", **typed))
    assert gestionnaire.answer.status_code == 422
    assert (gestionnaire.value("resubmit_until"), "Illisible" in gestionnaire.text) == ("demain", True)
    gestionnaire.press("Non Conforme", resubmit_until="")
    gestionnaire.get(f"{path}?statut=toutes&session=%00")
    assert "« Illisible »" in gestionnaire.text


def test_a_search_may_hold_a_nul(gestionnaire: ScriptlessBrowser) -> None:
    gestionnaire.post("/gestion/candidatures", {"recherche": "bi\0net"})
    assert (gestionnaire.answer.status_code, gestionnaire.value("recherche")) == (200, "binet")


@pytest.mark.parametrize("path", ["/gestion/nulle-part", "/gestion/", "/gestion/deconnexion", "/gestion/pieces/a%2Fb"])
def test_where_there_is_no_page_one_is_still_in_the_espace_de_gestion(staff: StaffFactory, path: str) -> None:
    browser = staff.logged_in("03")
    assert browser.get(path).status_code in (404, 405)
    assert "Anne DUVAL (gestionnaire)" in browser.text
    browser.follow("Page d'accueil")
    assert (browser.path, browser.title) == ("/gestion", "À traiter")


def test_other_pages_are_not_taken_for_those_of_gestionnaires(staff: StaffFactory) -> None:
    assert "Anne DUVAL" not in staff.logged_in("03").get("/gestionnaires").text
