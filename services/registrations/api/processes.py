"""For the portal's other processes: what accounts asks before a change of identity, what documents reads."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.chassis.web import access
from services.registrations.api import schemas
from services.registrations.models import db
from services.registrations.operations import candidates
from services.registrations.queries.candidates import is_engaged
from services.registrations.queries.candidatures import version_event

blp = Blueprint("processes", __name__, url_prefix="/v1", description="For the portal's own services")


@blp.put("/candidates/<candidate_id>/identity-floor")
@access.service("accounts")
@blp.arguments(schemas.IdentityFloor)
@blp.response(204)
def set_identity_floor(body: dict[str, Any], candidate_id: str) -> None:
    """Refuse older identities from now on; 409 once a candidature was saved."""
    candidates.set_identity_floor(candidate_id, body["version"])


@blp.get("/candidates/<candidate_id>/engaged")
@access.service("accounts")
@blp.response(200, schemas.Engaged)
def engaged(candidate_id: str) -> dict[str, bool]:
    """Whether a candidature was ever saved."""
    with db.reading() as session:
        return {"engaged": is_engaged(session, candidate_id)}


@blp.delete("/candidates/<candidate_id>")
@access.service("accounts")
@blp.response(204)
def erase(candidate_id: str) -> None:
    """Erase the drafts of a deleted account; 409 once a candidature was saved."""
    candidates.erase_candidate(candidate_id)


@blp.get("/candidatures/<candidature_id>/versions/<version>")
@access.service("documents")
@blp.response(200, schemas.VersionEvent)
def read_version(candidature_id: str, version: str) -> dict[str, Any]:
    """The event of a version, or of the current one."""
    with db.reading() as session:
        return version_event(session, candidature_id, version)
