"""A gestionnaire controls pieces one after the other: what their page shows, what the candidate
sees of it."""

import re
from contextlib import ExitStack
from unittest.mock import Mock

import pytest

from gateway.cookies import STAFF_SESSION_COOKIE
from gateway.layout.frame import GESTION_PAGES
from gateway.posted_forms import DAY_EXPECTED
from gateway.service_clients import clients
from gateway.sessions import staff_member
from gateway.web.gestion import controle
from gateway.web.gestion.controle import MAX_SHOWN_PAGES
from services.chassis.errors import Unavailable
from services.contracts.api.pieces import read_file
from services.pieces.domain.control import WHY_NOT
from tests.gateway.candidates import Browser
from tests.gateway.components.html_checks import text_of
from tests.gateway.gestion import people
from tests.gateway.gestion.people import (
    COMPLIANT,
    NON_COMPLIANT,
    RECEIVED,
    StaffBrowser,
    StaffFactory,
)
from tests.support.in_process_portal import service_stopped

TAKE_BACK = "Annuler"
OFFERED = "//form[@data-annulation]"
WAITING = "//table[contains(caption, 'Pièces à contrôler')]/tbody"


def test_what_waits_is_told_by_regroupement(gestionnaire: Browser, candidate: Browser) -> None:
    people.open_first(gestionnaire, candidate.shown_id)
    gestionnaire.press(RECEIVED)
    gestionnaire.get("/gestion")
    waiting, received = (
        [int(text.split()[0]) for text in gestionnaire.texts(f"{WAITING}/tr/td[{column}]")]
        for column in (1, 2)
    )
    assert (
        f"{sum(waiting)} pièce{'s' * (sum(waiting) > 1)} à contrôler ; 1 reçue, à cont"
        in gestionnaire.text
    )
    numbers = [number for row in zip(waiting, received, strict=True) for number in row if number]
    lists = gestionnaire.page.xpath(f"{WAITING}/tr/*[position() = 1 or position() = 3]//a/@href")
    assert sum(received) == 1
    for number, address in zip(numbers, lists, strict=True):
        gestionnaire.get(address)
        assert (gestionnaire.title, gestionnaire.value("session")) == (
            GESTION_PAGES["pieces"].label,
            "BTS 2022",
        )
        assert len(gestionnaire.rows()) == number


def test_a_decision_leads_to_the_next_piece_and_is_seen(desk: Browser, candidate: Browser) -> None:
    first = desk.path
    reason = "Le document n'est pas signé."
    desk.press(COMPLIANT, reason=reason)
    assert desk.path != first
    desk.shows("Votre décision : « Conforme »", "1 dans l'heure")
    desk.press(RECEIVED)
    assert "c'était la dernière pièce de cette liste" in desk.text
    assert sorted(people.statuses(candidate)) == sorted([COMPLIANT, RECEIVED])
    assert reason not in candidate.text, "a reason belongs to a refusal alone"


def test_a_decision_is_taken_back_from_piece_and_list(desk: Browser, candidate: Browser) -> None:
    first = desk.path
    desk.press(COMPLIANT)
    desk.press(TAKE_BACK)
    assert desk.path == first, "to be decided anew"
    desk.shows("est annulée", "Conforme, par Anne DUVAL, annulée depuis")
    assert people.statuses(candidate) == []
    desk.press(COMPLIANT)
    desk.press(RECEIVED)
    assert desk.title == GESTION_PAGES["pieces"].label
    desk.press(TAKE_BACK)
    assert people.statuses(candidate) == [COMPLIANT]


def test_the_decision_just_taken_is_the_one_taken_back_where_the_next_piece_has_an_older_one(
    desk: Browser, candidate: Browser
) -> None:
    desk.press(RECEIVED)
    desk.press(RECEIVED)
    desk.get(f"/gestion/pieces?statut=received&candidature={candidate.shown_id}")
    desk.get(desk.page.xpath("//tbody//a/@href")[0])
    first = desk.path
    code = desk.title.partition(" : ")[0]
    desk.press(COMPLIANT)
    second = desk.path
    assert second != first
    [offered] = desk.texts(OFFERED)
    assert f"Votre décision : « Conforme », {code} de BINET" in offered
    desk.press(TAKE_BACK)
    assert desk.path == first
    assert f"Votre décision sur {code} de BINET" in desk.text
    assert not desk.page.xpath(OFFERED), "pressed again it takes back no older one"
    assert people.statuses(candidate) == [RECEIVED, RECEIVED]
    desk.get(second)
    [own] = desk.texts(OFFERED)
    assert "« Reçue »" in own, (
        "opened by itself, a piece offers to take back what was decided on it"
    )


def test_a_decision_is_stored_though_the_next_piece_cannot_be_had(
    desk: Browser, candidate: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as failing:
        failing.setattr(controle, "first_piece", Mock(side_effect=Unavailable))
        desk.press(COMPLIANT)
    assert "Votre décision est enregistrée." in desk.text
    assert COMPLIANT in people.statuses(candidate)


def test_of_two_gestionnaires_the_second_is_told_what_the_first_decided(
    staff: StaffFactory, desk: Browser, candidate: Browser
) -> None:
    other = staff.logged_in("03")
    people.open_first(other, candidate.shown_id)
    desk.press(COMPLIANT)
    assert other.press(NON_COMPLIANT, comment="Il manque une page.").status_code == 412
    other.shows("Statut actuel : Conforme", "Conforme, par Anne DUVAL")
    assert "Il manque une page." in other.answer.text, "what was typed stays"


def test_a_reason_of_the_catalogue_precedes_the_comment(desk: Browser, candidate: Browser) -> None:
    refused = desk.path
    reason = "Le document n'est pas signé."
    desk.press(NON_COMPLIANT, resubmit_until="20/11/2099")
    assert (
        WHY_NOT in desk.texts("//*[@name='comment']/ancestor::*[contains(@class, 'group')][1]")[0]
    )
    desk.press(
        NON_COMPLIANT,
        reason=reason,
        comment="Signez la dernière page.",
        resubmit_until="31/02/2099",
    )
    assert (desk.answer.status_code, desk.value("resubmit_until")) == (422, "31/02/2099")
    assert DAY_EXPECTED in desk.text, "as its own field asks for it"
    assert desk.value("reason") == reason, "what was chosen stays"
    desk.press(NON_COMPLIANT, resubmit_until="")
    candidate.get(candidate.path)
    assert f"{reason} Signez la dernière page." in candidate.text
    desk.get(f"{refused}?statut=toutes")
    assert "1 décision auparavant" in desk.text


def test_who_else_has_the_file_open_is_shown(staff: StaffFactory, desk: Browser) -> None:
    piece = desk.path
    said = "Anne DUVAL a ouvert ce fichier"
    desk.get(f"{piece}/page/1")
    assert said not in text_of_page(desk, piece), "not of oneself"
    other = staff.logged_in("03")
    assert said in text_of_page(other, piece)
    with service_stopped(staff.portal.accounts):
        assert "Un autre gestionnaire a ouvert ce fichier" in text_of_page(other, piece), (
            "without accounts, no name"
        )
    desk.get(piece)
    desk.press(COMPLIANT)
    assert said not in text_of_page(other, piece), "it is decided"


def text_of_page(browser: Browser, path: str) -> str:
    browser.get(path)
    return browser.text


def test_what_was_sent_again_is_told_and_comes_first(desk: Browser, candidate: Browser) -> None:
    refused = desk.path
    desk.press(NON_COMPLIANT, comment="Illisible.")
    people.deposit(candidate, f"{candidate.path}/depot/{refused.rpartition('/')[2]}")
    desk.get("/gestion")
    assert "dont 1 renvoyée après une décision" in desk.text
    desk.follow("Commencer le contrôle")
    sent_again = []
    while "statut=renvoyees" in desk.answer.request.full_path:
        sent_again.append(desk.path)
        desk.press(COMPLIANT)
    assert refused in sent_again
    assert desk.path.startswith("/gestion/pieces/"), "those that were never controlled follow"
    assert "statut=a-controler" in desk.answer.request.full_path


def test_a_page_of_the_file_is_a_picture_and_the_file_itself_is_only_saved(desk: Browser) -> None:
    [picture] = desk.page.xpath("//main//img")
    path = desk.path
    answer = desk.get(picture.get("src"))
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    for original, name in (("", "piece.pdf"), ("?forme=original", "piece (original).pdf")):
        answer = desk.get(f"{path}/fichier{original}")
        assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{name}"')
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        answer.close()  # it has a place among the calls until then


def test_what_acts_in_the_file_and_pages_that_are_not_shown_are_said_beside_it(
    desk: StaffBrowser,
) -> None:
    path = desk.path
    for found, words in (
        (None, "Contenu actif du fichier d'origine : non examiné."),
        ([], ""),
        (
            ["javascript", "attachment"],
            "Ce fichier contient : du code JavaScript, une pièce jointe.",
        ),
    ):
        people.change_deposit(desk.portal, path.rpartition("/")[2], active_contents=found)
        desk.get(path)
        assert words in desk.text
        assert bool(words) == ("ontenu actif" in desk.text or "Ce fichier contient" in desk.text)
    most = MAX_SHOWN_PAGES
    for pages, shown, words in (
        (most, most, ""),
        (most + 1, most, f"les {most} premières pages sur {most + 1} sont montrées"),
        (None, 1, "Le nombre de pages de ce fichier n'est pas connu"),
    ):
        people.change_deposit(desk.portal, path.rpartition("/")[2], pages=pages)
        desk.get(path)
        assert len(desk.page.xpath("//main//img")) == shown
        assert words in desk.text
        assert bool(words) == ("Téléchargez le fichier pour voir les autres" in desk.text)


def test_what_the_candidate_declared_stands_beside_the_piece_where_registrations_answers(
    desk: StaffBrowser,
) -> None:
    """What the catalogue says that it bears on is open, the rest is folded."""
    candidature = desk.answer.request.args["candidature"]
    desk.get(f"/gestion/pieces?candidature={candidature}&code=NATIDE06&statut=toutes")
    path = desk.page.xpath("//tbody//a/@href")[0]
    desk.get(path)
    shown = {
        text_of(title): title
        for title in desk.page.xpath("//*[contains(@class, 'portail-recap__titre')]")
    }
    folded = {
        title for title, heading in shown.items() if heading.xpath("ancestor::details[not(@open)]")
    }
    assert shown.keys() - folded == {"Identification du candidat"}
    assert {"Adresse et contact", "Qualification présentée", "Epreuves"} <= folded
    with service_stopped(desk.portal.registrations):
        assert desk.get(path).status_code == 200
        assert "ne peut pas être affiché pour le moment" in desk.text


def test_a_candidates_pieces_are_found_by_a_number_in_no_address(
    gestionnaire: Browser, candidate: Browser
) -> None:
    gestionnaire.get(f"/gestion/pieces?statut=toutes&candidature={candidate.shown_id}")
    numero = gestionnaire.texts("//tbody/tr/td[3]")[0]
    own = len(gestionnaire.rows())
    gestionnaire.get("/gestion/pieces?statut=toutes&session=BTS 2022")
    for typed in (numero, f"{numero[:3]} {numero[3:6]} {numero[6:9]} {numero[9:]}"):
        gestionnaire.press("Filtrer", numero_candidat=typed)
        assert (len(gestionnaire.rows()), gestionnaire.value("numero_candidat")) == (own, numero)
        assert numero not in gestionnaire.answer.request.url
        assert "session=BTS+2022" in str(gestionnaire.answer.request.query_string), (
            "the others stay, for a bookmark"
        )
    gestionnaire.press("Filtrer", numero_candidat="02199999999")
    assert (gestionnaire.rows(), gestionnaire.value("numero_candidat")) == ([], "02199999999")
    assert "02199999999" not in gestionnaire.answer.request.url


def test_files_that_are_read_slowly_take_no_place_of_a_candidates_page(
    gestionnaire: Browser, settled: Browser
) -> None:
    app = gestionnaire.portal.gateway.app
    with app.app_context():
        token = staff_member.of_session(gestionnaire.session(STAFF_SESSION_COOKIE)).access_token
    gestionnaire.get("/gestion/pieces")
    piece_id = re.findall(r"/gestion/pieces/([0-9a-f]{32})", gestionnaire.answer.text)[0]
    with ExitStack() as slow_readers, app.app_context():
        for _ in range(app.extensions["portail"].staff_calls_at_once):
            slow_readers.callback(
                clients().for_staff["pieces"].stream(read_file(piece_id), token).close
            )
        assert gestionnaire.get("/gestion/pieces").status_code == 503
        assert settled.get("/justificatifs").status_code == 200
    assert gestionnaire.get("/gestion/pieces").status_code == 200
