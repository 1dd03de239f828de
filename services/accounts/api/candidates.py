"""What administrators do for a candidate: find the account by its address or by birth date and
name, correct the civil status with a reason, send the link of activation again, answer a request of
erasure."""

from services.accounts.domain import account_form
from services.accounts.operations import candidate_accounts, erasure_requests
from services.accounts.queries import accounts
from services.chassis.web.audit_trail import actor
from services.chassis.web.operations import Views
from services.contracts.api import candidate_accounts as api
from services.contracts.api import erasure
from services.contracts.api.forms import Form
from services.contracts.api.visitors import Values

views = Views("corrections", __name__)


@views.serves(api.search_candidates)
def search_candidates(body: api.AccountSearch) -> api.Candidates:
    shown = accounts.found_candidates(body.email, body.birth_date, body.name)
    candidate_accounts.record_openings((account.id for account in shown.candidates), actor())
    return shown


@views.serves(api.read_candidate)
def read_candidate(candidate_id: str) -> api.CandidateDetail:
    account = accounts.candidate(candidate_id)
    candidate_accounts.record_openings([candidate_id], actor())
    return account


@views.serves(api.fill_correction)
def fill_correction(candidate_id: str, body: Values) -> Form:
    return account_form.correction(body.values)


@views.serves(api.correct_identity)
def correct_identity(candidate_id: str, body: api.Correction) -> api.Corrected:
    return candidate_accounts.correct_identity(candidate_id, body.values, body.reason, actor())


@views.serves(api.resend_activation)
def resend_activation(candidate_id: str) -> None:
    candidate_accounts.resend_activation_for(candidate_id, actor())


@views.serves(erasure.list_erasure_requests)
def list_erasure_requests() -> erasure.ErasureRequests:
    return erasure_requests.erasure_requests()


@views.serves(erasure.answer_erasure_request)
def answer_erasure_request(request_id: str, body: erasure.ErasureAnswer) -> None:
    erasure_requests.answer_request(request_id, body.answer, actor())
