"""« À traiter »: what waits for a gestionnaire, by session and regroupement, the longest waiting first."""

from __future__ import annotations

from itertools import groupby

from flask.typing import ResponseReturnValue

from gateway import access, staff_member
from gateway.pages import render_page
from gateway.service_clients import clients
from gateway.web.gestion import blueprint

ACTIVE_MENU_KEY = "a-traiter"


@blueprint.get("")
@access.staff("pieces:read")
def show_waiting() -> ResponseReturnValue:
    waiting = clients().staff_pieces.control_queue(staff_member.access_token())
    by_session = sorted(waiting, key=lambda row: (row.session_label, row.exam))
    sessions = [(label, list(rows)) for label, rows in groupby(by_session, key=lambda row: row.session_label)]
    return render_page("gestion/templates/a_traiter.html", active=ACTIVE_MENU_KEY, sessions=sessions, waiting=waiting)
