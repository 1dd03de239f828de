"""What the pages of gestionnaires ask services for: few calls, which hold up no candidate."""

from __future__ import annotations

import re
from contextlib import ExitStack

import pytest

from gateway.cookies import STAFF_SESSION_COOKIE, cookie_name
from gateway.service_clients import clients
from gateway.session_owner import exchange_name
from services.chassis.process.health_paths import LIVE
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import StaffFactory, depositor
from tests.support.in_process_four_services import InProcessFourServices

PIECE = re.compile(r"/gestion/pieces/([0-9a-f]{32})")


@pytest.fixture
def calls(running: InProcessFourServices, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What services are asked, besides whether they are alive; accounts apart, whose answers are kept."""
    asked: list[str] = []
    for name in ("pieces", "registrations"):
        app = running.apps[name]

        def counted(environ, start_response, plain=app.wsgi_app, name=name):  # type: ignore[no-untyped-def]
            if environ["PATH_INFO"] != LIVE:
                asked.append(f"{name} {environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
            return plain(environ, start_response)

        monkeypatch.setattr(app, "wsgi_app", counted)
    return asked


def test_a_piece_with_its_neighbours_and_what_its_candidate_declared_are_two_answers(
    staff: StaffFactory, candidates: CandidateFactory, running: InProcessFourServices, calls: list[str]
) -> None:
    candidature = depositor(candidates, running, deposits=2).path.rpartition("/")[2]
    gestionnaire = staff.logged_in("03")
    gestionnaire.get(f"/gestion/pieces?candidature={candidature}")
    piece = gestionnaire.page.xpath("//tbody//a/@href")[0]
    gestionnaire.get(piece)  # reasons of refusal are kept for a minute
    calls.clear()
    gestionnaire.get(piece)
    assert gestionnaire.page.xpath("//a[@rel='next']")
    piece_id = piece.partition("?")[0].rpartition("/")[2]
    assert calls == [f"pieces GET /v1/pieces/{piece_id}", f"registrations GET /v1/staff/candidatures/{candidature}"]


def test_files_that_are_read_slowly_take_no_place_of_a_candidates_page(
    running: InProcessFourServices, candidates: CandidateFactory, staff: StaffFactory
) -> None:
    app, candidate, gestionnaire = running.gateway.app, depositor(candidates, running), staff.logged_in("03")
    session = gestionnaire.cookie(cookie_name(app.extensions["portail"], STAFF_SESSION_COOKIE))
    token = app.extensions[exchange_name(STAFF_SESSION_COOKIE)].of_session(session).access_token
    gestionnaire.get("/gestion/pieces")
    piece_id = PIECE.findall(gestionnaire.answer.text)[0]
    with ExitStack() as slow_readers, app.app_context():
        for _ in range(app.extensions["portail"].staff_calls_at_once):
            slow_readers.callback(clients().staff_pieces.file(token, piece_id).close)
        assert gestionnaire.get("/gestion/pieces").status_code == 503
        assert candidate.get("/justificatifs").status_code == 200
    assert gestionnaire.get("/gestion/pieces").status_code == 200
