"""What the page of a piece shows and asks for: its file, what its candidate declared; pieces and candidatures found."""

import re
from contextlib import ExitStack

import pytest

from gateway.cookies import STAFF_SESSION_COOKIE, cookie_name
from gateway.service_clients import clients
from gateway.sessions import staff_member
from gateway.web.gestion.controle import MAX_SHOWN_PAGES
from services.contracts.api.pieces import read_file
from tests.gateway.candidates import CandidateFactory
from tests.gateway.components.html_checks import text_of
from tests.gateway.deposited_pieces import change_deposit
from tests.gateway.gestion.people import depositor, rows
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.in_process_portal import service_stopped
from tests.support.scriptless_browser import ScriptlessBrowser

PIECE = re.compile(r"/gestion/pieces/([0-9a-f]{32})")


@pytest.fixture(scope="module")
def candidate(running: InProcessFourServices) -> ScriptlessBrowser:
    """Someone who has deposited two pieces, about which nothing is decided."""
    return depositor(CandidateFactory(running), running, deposits=2)


def test_a_page_of_the_file_is_a_picture_and_the_file_itself_is_only_saved(desk: ScriptlessBrowser) -> None:
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
    desk: ScriptlessBrowser, running: InProcessFourServices
) -> None:
    path = desk.path
    for found, words in (
        (None, "Contenu actif du fichier d'origine : non examiné."),
        ([], ""),
        (["javascript", "attachment"], "Ce fichier contient : du code JavaScript, une pièce jointe."),
    ):
        change_deposit(running, path.rpartition("/")[2], active_contents=found)
        desk.get(path)
        assert words in desk.text
        assert bool(words) == ("ontenu actif" in desk.text or "Ce fichier contient" in desk.text)
    most = MAX_SHOWN_PAGES
    for pages, shown, words in (
        (most, most, ""),
        (most + 1, most, f"les {most} premières pages sur {most + 1} sont montrées"),
        (None, 1, "Le nombre de pages de ce fichier n'est pas connu"),
    ):
        change_deposit(running, path.rpartition("/")[2], pages=pages)
        desk.get(path)
        assert len(desk.page.xpath("//main//img")) == shown
        assert words in desk.text
        assert bool(words) == ("Téléchargez le fichier pour voir les autres" in desk.text)


def test_what_the_candidate_declared_stands_beside_the_piece_where_registrations_answers(
    desk: ScriptlessBrowser, running: InProcessFourServices
) -> None:
    """What the catalogue says that it bears on is open, the rest is folded."""
    candidature = desk.answer.request.args["candidature"]
    desk.get(f"/gestion/pieces?candidature={candidature}&code=NATIDE06&statut=toutes")
    path = desk.page.xpath("//tbody//a/@href")[0]
    desk.get(path)
    shown = {text_of(title): title for title in desk.page.xpath("//*[contains(@class, 'portail-recap__titre')]")}
    folded = {title for title, heading in shown.items() if heading.xpath("ancestor::details[not(@open)]")}
    assert shown.keys() - folded == {"Identification du candidat"}
    assert {"Adresse et contact", "Qualification présentée", "Epreuves"} <= folded
    with service_stopped(running.registrations):
        assert desk.get(path).status_code == 200
        assert "ne peut pas être affiché pour le moment" in desk.text


def test_the_pieces_of_a_candidate_are_found_by_a_number_that_stands_in_no_address(
    gestionnaire: ScriptlessBrowser, candidate: ScriptlessBrowser
) -> None:
    gestionnaire.get(f"/gestion/pieces?statut=toutes&candidature={candidate.path.rpartition('/')[2]}")
    numero = text_of(gestionnaire.page.xpath("//tbody/tr/td[3]")[0])
    own = len(rows(gestionnaire))
    gestionnaire.get("/gestion/pieces?statut=toutes&session=BTS 2022")
    for typed in (numero, f"{numero[:3]} {numero[3:6]} {numero[6:9]} {numero[9:]}"):
        gestionnaire.press("Filtrer", numero_candidat=typed)
        assert (len(rows(gestionnaire)), gestionnaire.value("numero_candidat")) == (own, numero)
        assert numero not in gestionnaire.answer.request.url
        assert "session=BTS+2022" in str(gestionnaire.answer.request.query_string), "the others stay, for a bookmark"
    gestionnaire.press("Filtrer", numero_candidat="02199999999")
    assert (rows(gestionnaire), gestionnaire.value("numero_candidat")) == ([], "02199999999")
    assert "02199999999" not in gestionnaire.answer.request.url


def test_files_that_are_read_slowly_take_no_place_of_a_candidates_page(
    running: InProcessFourServices, gestionnaire: ScriptlessBrowser, settled: ScriptlessBrowser
) -> None:
    app = running.gateway.app
    session = gestionnaire.cookie(cookie_name(app.extensions["portail"], STAFF_SESSION_COOKIE)) or ""
    with app.app_context():
        token = staff_member.of_session(session).access_token
    gestionnaire.get("/gestion/pieces")
    piece_id = PIECE.findall(gestionnaire.answer.text)[0]
    with ExitStack() as slow_readers, app.app_context():
        for _ in range(app.extensions["portail"].staff_calls_at_once):
            slow_readers.callback(clients().for_staff["pieces"].stream(read_file, token, piece_id=piece_id).close)
        assert gestionnaire.get("/gestion/pieces").status_code == 503
        assert settled.get("/justificatifs").status_code == 200
    assert gestionnaire.get("/gestion/pieces").status_code == 200
