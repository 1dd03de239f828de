"""Public: « Ouverture des services », « Sur quoi et où voulez-vous vous inscrire ? » and the home
page's messages."""

from sqlalchemy.orm import Session

from services.chassis.web.operations import Views
from services.clock import portal_now
from services.contracts.api import openings as api
from services.contracts.registration_rules import Purpose
from services.registrations.domain.exam_definition import OpeningView
from services.registrations.domain.opening_selection import select
from services.registrations.models import db
from services.registrations.queries.catalogue import offered_openings
from services.registrations.queries.openings import shown_messages

views = Views("openings", __name__)


@views.serves(api.list_messages)
def list_messages() -> list[api.HomeMessage]:
    with db.reading() as transaction:
        return shown_messages(transaction, portal_now())


@views.serves(api.read_choices)
def read_choices(query: api.ChoicesQuery) -> api.Selection:
    choices = {
        "domaine": query.domaine,
        "exam": query.exam,
        "session": query.session,
        "academie": query.academie,
    }
    with db.reading() as transaction:
        offered = _offered(transaction, query) if query.domaine else ()
        return select(offered, Purpose(query.purpose), choices, portal_now())


def _offered(transaction: Session, query: api.ChoicesQuery) -> tuple[OpeningView, ...]:
    """Return the openings of what is chosen; all of them where it does not exist, so that it is
    said which part of it does."""
    chosen = offered_openings(
        transaction, exam=query.exam, exam_session=query.session, academie=query.academie
    )
    return chosen or offered_openings(transaction)
