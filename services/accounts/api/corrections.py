"""What administrators do for a candidate: find the account by its address, correct the civil status with a reason."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.accounts.api import schemas
from services.accounts.domain.staff import CANDIDATES_CORRECT
from services.accounts.operations.identity_correction import correct_identity
from services.accounts.queries import candidates
from services.chassis.database.audit import Actor
from services.chassis.web import access

blp = Blueprint("corrections", __name__, url_prefix="/v1/candidates", description="Correction d'état civil")
ADMINISTRATOR = access.staff(CANDIDATES_CORRECT)


@blp.route("/search", methods=["POST"])
@ADMINISTRATOR
@blp.arguments(schemas.EmailOnly)
@blp.response(200, schemas.Candidates)
def search(sent: dict[str, str]) -> dict[str, Any]:
    """The account of an address; posted, so that no address stands in a URL."""
    return {"candidates": candidates.candidates_at(sent["email"])}


@blp.route("/<string:candidate_id>/identity", methods=["POST"])
@ADMINISTRATOR
@blp.arguments(schemas.Correction)
@blp.response(200, schemas.Corrected)
def correct(sent: dict[str, Any], candidate_id: str) -> dict[str, int]:
    """Correct the civil status; each active candidature gets a new version, its PDF and a mail."""
    actor = Actor("staff", access.caller().id)
    return {"version": correct_identity(candidate_id, sent["values"], sent["reason"], actor)}
