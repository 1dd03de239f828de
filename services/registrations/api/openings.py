"""Public: « Ouverture des services », « Sur quoi et où voulez-vous vous inscrire ? » and the home
page's messages."""

from typing import Any

from services.chassis.web.operations import Views
from services.clock import portal_now
from services.contracts.api import openings as api
from services.contracts.registration_rules import Purpose
from services.registrations.domain.opening_selection import select
from services.registrations.models import db
from services.registrations.queries.catalogue import offered_openings
from services.registrations.queries.openings import shown_messages

views = Views("openings", __name__)
views.reads(api.list_messages, shown_messages, db.reading, at=portal_now)


@views.serves(api.read_choices)
def read_choices(query: dict[str, Any]) -> api.Selection:
    purpose = Purpose(query.pop("purpose"))
    with db.reading() as transaction:
        # Where what is chosen does not exist, which part of it does is said all the same.
        offered = query["domaine"] and (
            offered_openings(transaction, query) or offered_openings(transaction, {})
        )
        return select(offered or (), purpose, query, portal_now())
