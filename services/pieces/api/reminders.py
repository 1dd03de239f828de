"""Missing pieces for staff and their tools, within their académies: who lacks what until when; reminders by hand."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.chassis.clock import offset, portal_now
from services.chassis.errors import FieldError, Invalid
from services.chassis.jobs.gauges import recorded
from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types
from services.pieces.api.reminder_schemas import (
    MissingPieces,
    MissingPiecesCounts,
    MissingPiecesQuery,
    ReminderResults,
    RemindersSchema,
    represent_incomplete,
    represent_session,
)
from services.pieces.metrics import INCOMPLETE
from services.pieces.models import db
from services.pieces.operations.controls import Gestionnaire
from services.pieces.operations.reminders_by_hand import Selection, filtered_selection, remind_selection
from services.pieces.queries.incomplete_counts import incomplete_sessions
from services.pieces.queries.missing_pieces_list import list_page, open_sessions

blp = Blueprint("relances", __name__, url_prefix="/v1", description="Pièces manquantes et relances")


@blp.route("/missing-pieces")
@access.staff("pieces:read")
@blp.arguments(MissingPiecesQuery, location="query")
@blp.response(200, MissingPieces)
@answers_with(blp, problem_types.NOT_FOUND)
def list_missing_pieces(query: dict[str, Any]) -> dict[str, Any]:
    """Candidatures that lack pieces which can be deposited now, in pages: follow `next_cursor` until it is null."""
    at, academies = portal_now(), access.caller().academies
    with db.reading_for_staff() as session:
        page = list_page(session, academies, query, at)
        sessions = open_sessions(session, academies, at)
    items = [represent_incomplete(item, at) for item in page.items]
    return {"items": items, "next_cursor": page.next_cursor, "sessions": sessions}


@blp.route("/missing-pieces/counts")
@access.staff("pieces:read")
@blp.response(200, MissingPiecesCounts)
def count_missing_pieces() -> dict[str, Any]:
    """How many candidatures lack pieces which can be deposited now, by session, as a job counted them."""
    at, academies = portal_now(), access.caller().academies
    with db.reading_for_staff() as session:
        counted, recorded_at = recorded(session, INCOMPLETE)
        numbers = {(exam, name, academie): int(number) for (exam, name, academie), number in counted.items()}
        sessions = incomplete_sessions(session, numbers, academies, at)
    items = [represent_session(item, at) for item in sessions]
    return {"items": items, "counted_at": recorded_at + offset() if recorded_at else None}


@blp.route("/reminders", methods=["POST"])
@access.staff("pieces:control")
@blp.arguments(RemindersSchema)
@blp.response(200, ReminderResults)
@answers_with(blp, problem_types.NOT_FOUND)
def remind(body: dict[str, Any]) -> dict[str, Any]:
    """Remind the candidates of these candidatures, or of those that the filters find: one mail each, once a day."""
    caller = access.caller()
    by = Gestionnaire(caller.id, caller.academies)
    selection = _selection(by, body)
    outcomes = remind_selection(by, selection.candidature_ids)
    results = [{"candidature": key, "outcome": outcome} for key, outcome in outcomes.items()]
    return {"results": results, "next_cursor": selection.next_cursor}


def _selection(by: Gestionnaire, body: dict[str, Any]) -> Selection:
    """Raises Invalid unless it is given in one of the two ways."""
    candidatures, filters = body["candidatures"], body["filters"]
    if (candidatures is None) == (filters is None):
        detail = "Indiquez des candidatures, ou des filtres, l'un des deux."
        raise Invalid(errors=(FieldError("#/candidatures", detail),))
    return Selection(candidatures) if candidatures is not None else filtered_selection(by, filters, body["cursor"])
