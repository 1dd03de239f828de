"""What gestionnaires do holds up no candidate."""

from __future__ import annotations

import re
from contextlib import ExitStack

from gateway.cookies import STAFF_SESSION_COOKIE, cookie_name
from gateway.service_clients import clients
from gateway.session_owner import exchange_name
from tests.gateway.candidates import CandidateFactory
from tests.gateway.gestion.people import StaffFactory, depositor
from tests.support.in_process_four_services import InProcessFourServices

PIECE = re.compile(r"/gestion/pieces/([0-9a-f]{32})")


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
