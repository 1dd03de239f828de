"""For the portal's other processes: what accounts asks of a candidate, what documents reads of a version."""

from services.chassis.clock import portal_now
from services.chassis.web.operations import Views
from services.contracts.api import personal_data
from services.contracts.api import registrations as api
from services.registrations.models import db
from services.registrations.operations import candidates
from services.registrations.queries.candidatures import engaged, engaged_among, version_event
from services.registrations.queries.personal_data import part

views = Views("processes", __name__)
views.calls(api.set_identity_floor, candidates.set_identity_floor)
views.reads(api.read_engaged, engaged, db.reading)
views.reads(api.list_engaged, engaged_among, db.reading)
views.calls(api.erase_candidate, candidates.erase_candidate)
views.calls(api.erase_drafts, candidates.erase_drafts)
views.reads(api.read_version, version_event, db.reading)
views.reads(personal_data.read_part, part, db.reading, at=portal_now)
