"""The API of accounts for administrators: candidates' accounts found by their address or by birth
date and name, civil status corrected."""

from datetime import date
from types import NoneType
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import problem_types
from services.contracts.account_rules import REASON_LENGTHS
from services.contracts.api.forms import Form
from services.contracts.api.given import Given, given
from services.contracts.api.operation import Answered, Callers, Instant, staff
from services.contracts.api.visitors import Values
from services.contracts.page_sizes import ACCOUNTS_SHOWN

TITLE = "Correction d'état civil"


class AccountSearch(Given):
    """An address, else a birth date; `name`: parts of the names that those of this day have to
    bear."""

    email: str = given(fields.String(load_default="", validate=validate.Length(max=320)))
    birth_date: date | None = given(fields.Date(load_default=None, allow_none=True))
    name: str = given(fields.String(load_default="", validate=validate.Length(max=200)))


class Correction(Values):
    """The whole civil status as it shall be; confirmations need not be sent. It is not replaced
    where it has changed since the `version` among the values."""

    reason: str = given(fields.String(required=True, validate=validate.Length(*REASON_LENGTHS)))


class RefusedMails(Answered):
    """An address to which no mail goes out: `code` is the mail server's answer (5xx)."""

    address: str
    code: int
    since: Instant


class Candidate(Answered):
    """`values` are the civil status as its form holds it."""

    id: str
    email: str
    activated: bool
    version: int
    refused_mails: tuple[RefusedMails, ...]
    values: dict[str, str]


class CandidateDetail(Candidate):
    form: Annotated[Form, Meta(description="Of the civil status, to be corrected")]


class Candidates(Answered):
    candidates: tuple[Candidate, ...]
    has_more: Annotated[bool, Meta(description=f"Plus de {ACCOUNTS_SHOWN} : précisez le nom")] = (
        False
    )


class Corrected(Answered):
    version: int


_CORRECT = Callers(staff("candidates:correct"))
search_candidates = _CORRECT.post(
    "/v1/candidates/search",
    Candidates,
    "The account of an address, or those of a birth date and name, posted: no URL has them. What "
    "is shown is in the audit trail.",
    body=AccountSearch,
)
read_candidate = _CORRECT.get(
    "/v1/candidates/<candidate_id>",
    CandidateDetail,
    "An account, with the form of its civil status; that it was opened is in the audit trail.",
)
fill_correction = _CORRECT.post(
    "/v1/candidates/<candidate_id>/form",
    Form,
    "The form for what was typed: the country decides which place of birth is asked. Checks and "
    "changes nothing.",
    body=Values,
    reads=True,
)
correct_identity = _CORRECT.post(
    "/v1/candidates/<candidate_id>/identity",
    Corrected,
    "Correct the civil status; each active candidature gets a new version, its PDF and a mail.",
    body=Correction,
    problems=(problem_types.PRECONDITION_FAILED,),
)
resend_activation = _CORRECT.post(
    "/v1/candidates/<candidate_id>/activation",
    NoneType,
    "Mail the link of activation again; the older link is closed.",
    status=202,
    problems=(problem_types.CONFLICT,),
)
