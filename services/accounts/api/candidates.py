"""What administrators do for a candidate: find the account by its address or by birth date and
name, correct the civil status with a reason, send the link of activation again, answer a request of
erasure."""

from typing import Any

from services.accounts.domain import account_form
from services.accounts.operations import candidate_accounts, erasure_requests
from services.accounts.queries import accounts
from services.chassis.web.audit_trail import actor
from services.chassis.web.operations import Views
from services.contracts.api import candidate_accounts as api
from services.contracts.api import erasure
from services.contracts.api.forms import Form

views = Views("corrections", __name__)
views.calls(api.correct_identity, candidate_accounts.correct_identity, actor=actor)
views.calls(api.resend_activation, candidate_accounts.resend_activation_for, actor=actor)
views.calls(erasure.list_erasure_requests, erasure_requests.erasure_requests)
views.calls(erasure.answer_erasure_request, erasure_requests.answer_request, actor=actor)


@views.serves(api.search_candidates)
def search_candidates(body: dict[str, Any]) -> api.Candidates:
    shown = accounts.found_candidates(**body)
    candidate_accounts.record_openings((account.id for account in shown.candidates), actor())
    return shown


@views.serves(api.read_candidate)
def read_candidate(candidate_id: str) -> api.CandidateDetail:
    account = accounts.candidate(candidate_id)
    candidate_accounts.record_openings([candidate_id], actor())
    return account


@views.serves(api.fill_correction)
def fill_correction(body: dict[str, Any], candidate_id: str) -> Form:
    return account_form.correction(body["values"])
