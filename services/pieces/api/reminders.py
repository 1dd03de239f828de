"""Missing pieces for staff and their tools, within their académies: who lacks what until when;
reminders by hand."""

from services.chassis.tasks.gauges import recorded
from services.chassis.web import access
from services.chassis.web.operations import Views
from services.clock import offset, portal_now
from services.contracts.api import missing_pieces as api
from services.pieces.metrics import INCOMPLETE
from services.pieces.models import db
from services.pieces.operations.reminders import remind_selection, remind_whole_list, whole_list
from services.pieces.queries.incomplete_candidatures import incomplete_sessions
from services.pieces.queries.missing_pieces_list import list_page

views = Views("relances", __name__)
_WITHIN = {"academies": access.caller_academies, "at": portal_now}
views.reads(api.list_missing_pieces, list_page, db.reading_for_staff, **_WITHIN)
views.calls(api.remind, remind_selection, by=access.caller)
views.calls(api.read_whole_list, whole_list, by=access.caller)
views.calls(api.remind_whole_list, remind_whole_list, by=access.caller)


@views.serves(api.count_missing_pieces)
def count_missing_pieces() -> api.IncompleteSessions:
    at = portal_now()
    academies = access.caller().academies
    with db.reading_for_staff() as transaction:
        counted, recorded_at = recorded(transaction, INCOMPLETE)
        numbers = {
            (exam, name, academie): int(number)
            for (exam, name, academie), number in counted.items()
        }
        sessions = incomplete_sessions(transaction, numbers, academies, at)
    return api.IncompleteSessions(
        items=sessions, counted_at=recorded_at + offset() if recorded_at else None
    )
