"""For administrators and their tools: what is to be erased of which session, and which are held back."""

from typing import Any

from services.chassis.clock import portal_now
from services.chassis.web.audit_trail import actor
from services.chassis.web.operations import Views
from services.contracts.api import retention as api
from services.contracts.retention import PLANNED
from services.registrations.models import db
from services.registrations.operations import retention
from services.registrations.queries.retention import plan

views = Views("retention", __name__)


@views.serves(api.read_plan)
def read_plan() -> api.RetentionPlan:
    with db.reading_for_staff() as session:
        return plan(session, PLANNED.after(portal_now()))


@views.serves(api.hold_session)
def hold_session(body: dict[str, Any]) -> None:
    retention.hold(body["exam"], body["session"], body["reason"], actor())


@views.serves(api.release_session)
def release_session(body: dict[str, Any]) -> None:
    retention.release(body["exam"], body["session"], body["reason"], actor())
