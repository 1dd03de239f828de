"""What nobody sends from these pages: forms and addresses made by hand."""

from urllib.parse import quote

import pytest
from sqlalchemy import update

from gateway.layout.frame import GESTION_HOME
from services.pieces.models import Candidature, Deposit, Piece, db
from tests.gateway.gestion.people import NON_COMPLIANT, PASSWORD, StaffFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.scriptless_browser import ScriptlessBrowser

OTHER_PLACES = (
    "//evil.example/gestion",
    "/gestion\\..\\evil",
    "/gestion.evil.example",
    "https://evil.example/gestion",
    "/gestion\r\n",
    "/gestion/connexion?suite=/gestion",
    "/gestion@evil.example",
)


@pytest.fixture
def gestionnaire(staff: StaffFactory, candidature: str) -> ScriptlessBrowser:
    browser = staff.logged_in("03")
    browser.get(f"/gestion/pieces?statut=toutes&candidature={candidature}")
    browser.get(browser.page.xpath("//tbody//a/@href")[0])
    return browser


def decision(browser: ScriptlessBrowser, **fields: str) -> dict[str, str]:
    given = {name: browser.value(name) or "" for name in ("etag", "deposit_id", "candidature")}
    return {**given, "decision": "compliant", **fields}


def test_an_etag_or_a_decision_that_is_none_is_sent_to_no_service(gestionnaire: ScriptlessBrowser) -> None:
    path, sent = f"{gestionnaire.path}/decision", decision(gestionnaire)
    etags = ("", '"a\r\nX-Role: administrateur"', '"é€"', '"\x00"', '""', '"' + "a" * 101 + '"')
    for wrong in (*({"etag": etag} for etag in etags), {"decision": "perdue"}):
        assert gestionnaire.post(path, {**sent, **wrong}).status_code == 404, wrong


def test_a_nul_takes_nothing_away_from_what_was_typed(gestionnaire: ScriptlessBrowser) -> None:
    path = gestionnaire.path
    typed = {"comment": "Illi\0sible", "resubmit_until": "de\0main", "session": "\0"}
    gestionnaire.post(f"{path}/decision", decision(gestionnaire, decision="non_compliant", **typed))
    assert gestionnaire.answer.status_code == 422
    assert (gestionnaire.value("resubmit_until"), "Illisible" in gestionnaire.text) == ("demain", True)
    gestionnaire.press(NON_COMPLIANT, resubmit_until="")
    gestionnaire.get(f"{path}?statut=toutes&session=%00")
    assert "« Illisible »" in gestionnaire.text
    gestionnaire.post("/gestion/candidatures", {"recherche": "bi\0net"})
    assert (gestionnaire.answer.status_code, gestionnaire.value("recherche")) == (200, "binet")


def test_where_there_is_no_page_one_is_still_in_the_espace_de_gestion_and_nowhere_else(staff: StaffFactory) -> None:
    browser = staff.logged_in("03")
    for path in ("/gestion/nulle-part", "/gestion/", "/gestion/deconnexion", "/gestion/pieces/a%2Fb"):
        assert browser.get(path).status_code in (404, 405), path
        assert "Anne DUVAL (gestionnaire)" in browser.text
        browser.follow("Page d'accueil")
        assert (browser.path, browser.title) == ("/gestion", GESTION_HOME.label)
    assert "Anne DUVAL" not in browser.get("/gestionnaires").text


def test_candidates_texts_are_shown_as_texts(gestionnaire: ScriptlessBrowser, running: InProcessFourServices) -> None:
    hostile = "<script>alert(1)</script>\"'{{ 7 * 7 }}"
    path, candidature = gestionnaire.path, gestionnaire.value("candidature")
    with running.pieces.app.app_context(), db.operation() as session:
        texts = {"nom": hostile, "prenoms": hostile, "exam_label": hostile, "specialite": hostile}
        session.execute(update(Candidature).where(Candidature.id == candidature).values(texts))
        session.execute(update(Piece).where(Piece.candidature_id == candidature).values(group_label=hostile))
        session.execute(update(Deposit).where(Deposit.piece_id == path.rpartition("/")[2]).values(filename=hostile))
    gestionnaire.post(f"{path}/decision", decision(gestionnaire, decision="non_compliant", comment=hostile))
    lists = (f"/gestion/pieces?statut=toutes&candidature={candidature}", f"/gestion/pieces?code={quote(hostile)}")
    for address in (f"{path}?statut=toutes&session={quote(hostile)}", *lists, "/gestion"):
        assert gestionnaire.get(address).status_code == 200
        assert "alert(1)" not in " ".join(gestionnaire.page.xpath("//script/text()"))
    gestionnaire.get(path)
    assert gestionnaire.text.count(hostile) >= 4


def test_after_logging_in_one_is_led_to_no_other_place(staff: StaffFactory) -> None:
    browser, account = staff.browser(), staff.account("03")
    typed = {"identifiant": account.email, "password": PASSWORD, "code": account.code, "suite": OTHER_PLACES[0]}
    answer = browser.post("/gestion/connexion", typed, follow=False)
    assert (answer.status_code, answer.location) == (303, "/gestion")
    for address in OTHER_PLACES:
        answer = browser.get(f"/gestion/connexion?suite={quote(address)}", follow=False)
        assert answer.location == "/gestion", address
