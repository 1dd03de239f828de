"""What administrators do for a candidate: find the account by its address, correct the civil status with a reason, send
the link of activation again."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.accounts.api import schemas
from services.accounts.domain import account_form
from services.accounts.domain.staff import CANDIDATES_CORRECT
from services.accounts.operations.identity_correction import correct_identity
from services.accounts.operations.staff_help import record_openings, resend_activation_for
from services.accounts.queries import candidates
from services.chassis.database.audit import Actor
from services.chassis.web import access
from services.chassis.web.problems import answers_with
from services.contracts import problem_types

blp = Blueprint("corrections", __name__, url_prefix="/v1/candidates", description="Correction d'état civil")
ADMINISTRATOR = access.staff(CANDIDATES_CORRECT)


@blp.route("/search", methods=["POST"])
@ADMINISTRATOR
@blp.arguments(schemas.EmailOnly)
@blp.response(200, schemas.Candidates)
def search(sent: dict[str, str]) -> dict[str, Any]:
    """The account of an address; posted, so that no address stands in a URL. What is shown is in the audit trail."""
    accounts = candidates.candidates_at(sent["email"])
    record_openings((account["id"] for account in accounts), _actor())
    return {"candidates": accounts}


@blp.route("/<string:candidate_id>", methods=["GET"])
@ADMINISTRATOR
@blp.response(200, schemas.CandidateDetail)
def show(candidate_id: str) -> dict[str, Any]:
    """An account, with the form of its civil status; that it was opened is in the audit trail."""
    account = candidates.candidate(candidate_id)
    record_openings([candidate_id], _actor())
    return account


@blp.route("/<string:candidate_id>/form", methods=["POST"])
@ADMINISTRATOR
@blp.arguments(schemas.Values)
@blp.response(200, schemas.FormAnswer)
def form(sent: dict[str, Any], candidate_id: str) -> dict[str, Any]:
    """The form for what was typed: the country decides which place of birth is asked. Checks and changes nothing."""
    return account_form.correction(sent["values"])


@blp.route("/<string:candidate_id>/identity", methods=["POST"])
@ADMINISTRATOR
@blp.arguments(schemas.Correction)
@blp.response(200, schemas.Corrected)
def correct(sent: dict[str, Any], candidate_id: str) -> dict[str, int]:
    """Correct the civil status; each active candidature gets a new version, its PDF and a mail."""
    return {"version": correct_identity(candidate_id, sent["values"], sent["reason"], _actor())}


@blp.route("/<string:candidate_id>/activation", methods=["POST"])
@ADMINISTRATOR
@blp.response(202)
@answers_with(blp, problem_types.CONFLICT)
def resend_activation(candidate_id: str) -> None:
    """Mail the link of activation again; the older link is closed."""
    resend_activation_for(candidate_id, _actor())


def _actor() -> Actor:
    return Actor("staff", access.caller().id)
