"""The API of accounts for requests of erasure: a candidate asks, an administrateur answers within a
month."""

from types import NoneType
from typing import Annotated

from msgspec import Meta

from services.contracts import problem_types
from services.contracts.api.fields import Text
from services.contracts.api.given import Given, given
from services.contracts.api.operation import CANDIDATE, Answered, Callers, Instant, staff
from services.contracts.api.own_account import AskedAgain

TITLE = "Demandes d'effacement"
ANSWER_LENGTH = 2000


class MyErasure(Answered):
    """`engaged`: a candidature exists, so that the account is not erased at once; the rest: of the
    last request."""

    engaged: bool
    requested_at: Instant | None
    answered_at: Instant | None
    answer: str | None


class AskedErasure(Answered):
    """Whether the account is erased: it had no candidature. Else an administrateur answers."""

    erased: bool


class ErasureRequest(Answered):
    id: str
    account_id: str
    requested_at: Instant
    days_left: Annotated[
        int, Meta(description="Jours qui restent pour répondre ; négatif : en retard")
    ]
    answered_at: Instant | None
    account_erased: bool


class ErasureRequests(Answered):
    """The requests to answer, the oldest first, then those that were answered last."""

    requests: tuple[ErasureRequest, ...]


class ErasureAnswer(Given):
    answer: str = given(Text(ANSWER_LENGTH, required=True))


_OWN = Callers(CANDIDATE)
_ADMINISTRATE = Callers(staff("candidates:correct"))
read_my_erasure = _OWN.get(
    "/v1/me/erasure",
    MyErasure,
    "The caller's request of erasure, if there is one.",
    problems=(problem_types.NOT_FOUND,),
)
ask_erasure = _OWN.post(
    "/v1/me/erasure",
    AskedErasure,
    "Ask for the erasure of one's data. Without a candidature the account is erased; with one what "
    "no law keeps is erased, and an administrateur answers. Asked again, nothing changes until "
    "the answer.",
    body=AskedAgain,
    problems=(problem_types.NOT_FOUND, problem_types.TOO_MANY_TRIES),
)
list_erasure_requests = _ADMINISTRATE.get(
    "/v1/staff/erasure-requests",
    ErasureRequests,
    "Requests of erasure, with the days left to answer.",
)
answer_erasure_request = _ADMINISTRATE.post(
    "/v1/staff/erasure-requests/<request_id>/answer",
    NoneType,
    "Answer a request by mail. A second answer is refused.",
    body=ErasureAnswer,
    problems=(problem_types.NOT_FOUND, problem_types.CONFLICT),
)
