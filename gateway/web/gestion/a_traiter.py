"""« À traiter »: pieces that wait for a control, by session and regroupement, the longest waiting first; how many
candidatures lack pieces; publications under way."""

from __future__ import annotations

from itertools import groupby

from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.service_clients import clients
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.imports import STATE_SEVERITIES
from services.contracts.api import missing_pieces, staff_imports, staff_pieces
from services.contracts.api.missing_pieces import IncompleteSessions
from services.contracts.api.staff_imports import Import
from services.contracts.document_rules import CHECKED, PREPARED, PUBLISHING

UNDER_WAY = (PREPARED, CHECKED, PUBLISHING)


@blueprint.get("")
@access.staff("pieces:read")
def show_waiting() -> ResponseReturnValue:
    waiting = clients().staff_pieces.call(staff_pieces.read_control_queue, staff_member.access_token()).items
    by_session = sorted(waiting, key=lambda row: (row.session_label, row.exam))
    sessions = [(label, list(rows)) for label, rows in groupby(by_session, key=lambda row: row.session_label)]
    return render_page(
        "gestion/templates/a_traiter.html",
        sessions=sessions,
        waiting=waiting,
        incomplete=_incomplete_sessions(),
        publications=_publications_under_way(),
        state_severities=STATE_SEVERITIES,
        can_decide="pieces:control" in staff_member.required().scopes,
    )


def _incomplete_sessions() -> IncompleteSessions:
    """None while pieces has no answer: the rest of the page is shown."""
    token, pieces = staff_member.access_token(), clients().staff_pieces
    return optional_answer(lambda: pieces.call(missing_pieces.count_missing_pieces, token), IncompleteSessions())


def _publications_under_way() -> list[Import]:
    """Of the newest, those with something to publish or to mend; none while documents does not answer."""
    token, documents = staff_member.access_token(), clients().staff_documents
    newest = optional_answer(lambda: documents.call(staff_imports.list_imports, token).items, ())
    return [row for row in newest if row.state in UNDER_WAY and (row.state != CHECKED or row.ready or row.refused)]
