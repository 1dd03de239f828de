"""What helps to choose a spécialité for a draft."""

from __future__ import annotations

from services.chassis.clock import portal_now
from services.chassis.web.access import caller
from services.chassis.web.operations import Views
from services.contracts.api import drafts as api
from services.registrations.domain import specialites
from services.registrations.models import db
from services.registrations.queries.drafts import own_draft

views = Views("specialites", __name__)


@views.serves(api.list_specialites)
def list_specialites(draft_id: str) -> api.Domains:
    with db.reading() as session:
        draft = own_draft(session, caller().id, draft_id)
        return api.Domains(domains=specialites.by_domain(draft.dossier(session, portal_now())))


@views.serves(api.read_specialite)
def read_specialite(draft_id: str, code: str) -> api.Asked:
    with db.reading() as session:
        draft = own_draft(session, caller().id, draft_id)
        return specialites.requirements(draft.dossier(session, portal_now()), code)
