"""The feed of changes, so that tools need not read lists again and again."""

from dataclasses import replace
from typing import Any

from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api import staff_pieces as api
from services.pieces.models import db
from services.pieces.operations.change_numbering import number_changes
from services.pieces.queries.changes import changes_page

views = Views("changements", __name__)


@views.serves(api.list_changes)
def list_changes(query: dict[str, Any]) -> api.Changes:
    more_wait = number_changes()
    with db.reading_for_staff() as session:
        page = changes_page(session, access.caller().academies, query["after"], query["limit"])
    return replace(page, has_more=page.has_more or more_wait)
