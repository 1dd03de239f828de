"""The feed of changes, so that tools need not read lists again and again."""

from __future__ import annotations

from typing import Any

from services.chassis.web import access
from services.chassis.web.operations import Views
from services.contracts.api import staff_pieces as api
from services.contracts.api.operation import answer_of
from services.pieces.models import db
from services.pieces.operations.change_numbering import number_changes
from services.pieces.queries import changes

views = Views("changements", __name__)


@views.serves(api.list_changes)
def list_changes(query: dict[str, Any]) -> api.Changes:
    more_wait = number_changes()
    with db.reading_for_staff() as session:
        page = changes.changes_page(session, access.caller().academies, query["after"], query["limit"])
    items = (
        answer_of(api.Change, change, cursor=changes.cursor_of(change), academie=change.academie_code)
        for change in page.items
    )
    return api.Changes(items=tuple(items), next_cursor=page.next_place.cursor, has_more=page.has_more or more_wait)
