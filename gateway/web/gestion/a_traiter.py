"""« À traiter »: pieces that wait for a control, by session and regroupement, the longest waiting first; how many
candidatures lack pieces; publications under way."""

from itertools import groupby

from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.imports import STATE_SEVERITIES
from services.contracts.api import missing_pieces, staff_imports, staff_pieces
from services.contracts.api.missing_pieces import IncompleteSessions
from services.contracts.document_rules import CHECKED, PREPARED, PUBLISHING

UNDER_WAY = (PREPARED, CHECKED, PUBLISHING)


@blueprint.get("", who=access.staff("pieces:read"))
def show_waiting() -> ResponseReturnValue:
    """Without what lacks pieces, and without publications, while their services do not answer."""
    waiting = staff_member.call(staff_pieces.read_control_queue).items
    by_session = sorted(waiting, key=lambda row: (row.session_label, row.exam))
    sessions = [(label, list(rows)) for label, rows in groupby(by_session, key=lambda row: row.session_label)]
    incomplete = optional_answer(lambda: staff_member.call(missing_pieces.count_missing_pieces), IncompleteSessions())
    newest = optional_answer(lambda: staff_member.call(staff_imports.list_imports).items, ())
    return render_page(
        "gestion/templates/a_traiter.html",
        sessions=sessions,
        waiting=waiting,
        incomplete=incomplete,
        publications=[row for row in newest if _is_under_way(row)],
        state_severities=STATE_SEVERITIES,
        can_decide="pieces:control" in staff_member.required().scopes,
    )


def _is_under_way(row: staff_imports.Import) -> bool:
    """Whether it still has something to publish or to mend."""
    return row.state in UNDER_WAY and (row.state != CHECKED or row.ready + row.refused + row.to_check > 0)
