"""For the portal's other processes: what accounts asks before a change of identity and for the copy of one's data, what
documents reads."""

from typing import Any

from services.chassis.clock import portal_now
from services.chassis.web.operations import Views
from services.contracts.api import personal_data
from services.contracts.api import registrations as api
from services.registrations.models import db
from services.registrations.operations import candidates
from services.registrations.queries.candidatures import is_engaged, version_event
from services.registrations.queries.personal_data import part

views = Views("processes", __name__)


@views.serves(api.set_identity_floor)
def set_identity_floor(body: dict[str, Any], candidate_id: str) -> None:
    candidates.set_identity_floor(candidate_id, body["version"])


@views.serves(api.read_engaged)
def read_engaged(candidate_id: str) -> api.Engaged:
    with db.reading() as session:
        return api.Engaged(engaged=is_engaged(session, candidate_id))


@views.serves(api.erase_candidate)
def erase_candidate(candidate_id: str) -> None:
    candidates.erase_candidate(candidate_id)


@views.serves(api.erase_drafts)
def erase_drafts(candidate_id: str) -> None:
    candidates.erase_drafts(candidate_id)


@views.serves(api.read_version)
def read_version(candidature_id: str, version: str) -> api.VersionEvent:
    with db.reading() as session:
        return version_event(session, candidature_id, version)


@views.serves(personal_data.read_part)
def read_personal_data(candidate_id: str) -> personal_data.Part:
    with db.reading() as session:
        return part(session, candidate_id, portal_now())
