"""Missing pieces for staff and their tools, within their académies: who lacks what until when;
reminders by hand."""

from services.chassis.tasks.gauges import recorded
from services.chassis.web import access
from services.chassis.web.operations import Views
from services.clock import offset, portal_now
from services.contracts.api import missing_pieces as api
from services.contracts.api.staff_lists import ListFilters, ListPage
from services.pieces.metrics import INCOMPLETE
from services.pieces.models import db
from services.pieces.operations import reminders_by_hand
from services.pieces.queries.incomplete_candidatures import incomplete_sessions
from services.pieces.queries.missing_pieces_list import list_page

views = Views("relances", __name__)


@views.serves(api.list_missing_pieces)
def list_missing_pieces(query: ListPage) -> api.MissingPieces:
    with db.reading_for_staff() as transaction:
        return list_page(transaction, access.caller().academies, portal_now(), query)


@views.serves(api.remind)
def remind(body: api.Reminders) -> api.ReminderResults:
    return reminders_by_hand.remind_selection(access.caller(), body.candidatures)


@views.serves(api.read_whole_list)
def read_whole_list(query: ListFilters) -> api.WholeList:
    return reminders_by_hand.count_whole_list(access.caller(), query)


@views.serves(api.remind_whole_list)
def remind_whole_list(body: ListFilters) -> None:
    reminders_by_hand.remind_whole_list(access.caller(), body)


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
