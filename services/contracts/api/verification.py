"""The API of « Vérifier un document »: what became of the paper of a code, and the keys that signed
papers."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from marshmallow import fields, validate
from msgspec import Meta

from services.contracts import page_labels, problem_types
from services.contracts.api.given import Given, given
from services.contracts.api.operation import PUBLIC, Answered, Callers, Instant, one_of
from services.contracts.api.sessions import Keys
from services.contracts.api.visitors import GATEWAY

TITLE = page_labels.VERIFICATION


class State(StrEnum):
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class Lookup(Given):
    """The code of a paper, and who asks for it.

    `code`: as typed; `source`: the visitor's address, or its IPv6 network, by which unknown codes
    are counted.
    """

    code: str = given(fields.String(required=True, validate=validate.Length(max=64)))
    source: str = given(fields.String(required=True, validate=validate.Length(max=64)))


class Verdict(Answered):
    """The state of a paper, and what it says; nothing of what an unknown one says."""

    code: str
    state: Annotated[str, one_of(State)]
    since: Annotated[
        Instant | None, Meta(description="Du retrait, ou de la version qui remplace")
    ] = None
    type: str | None = None
    exam: str | None = None
    session: str | None = None
    specialite: str | None = None
    dated: date | None = None
    initials: str | None = None
    birth_year: int | None = None


verify = GATEWAY.post(
    "/v1/verifications",
    Verdict,
    "What became of the paper of this code, and what it says. Codes that no paper has are counted.",
    body=Lookup,
    problems=(problem_types.TOO_MANY_TRIES,),
)
read_paper_keys = Callers(PUBLIC).get(
    "/.well-known/paper-keys.json",
    Keys,
    "The keys with which what papers say is verified, older ones too.",
)
