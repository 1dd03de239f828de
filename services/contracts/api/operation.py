"""What the declaration of an operation says, and the types of which answers are made."""

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from types import ModuleType, NoneType
from typing import (
    Annotated,
    Any,
    Generic,
    TypedDict,
    TypeVar,
    Unpack,
    dataclass_transform,
)

from marshmallow import Schema
from msgspec import Meta

from services.contracts.api.given import Given
from services.contracts.problem_types import ProblemType

Answer = TypeVar("Answer")
AnswerOf = TypeVar("AnswerOf", covariant=True)
JSONObject = dict[str, Any]
"""An object of JSON whose members the portal passes on and does not read."""
JSON = "application/json"
EXPORT_MEDIA_TYPE = "text/csv"
EXPORT_SECONDS = 30.0  # for each part of a list that is streamed
Instant = Annotated[datetime, Meta(tz=True, examples=["2021-10-04T12:00:00+00:00"])]
End = Annotated[
    datetime, Meta(tz=True, description="Fin exclue", examples=["2021-11-30T23:00:00+00:00"])
]
"""An instant at which something is over."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Answered:
    """A part of what is answered: each class below this one is a frozen dataclass, built by
    names."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, kw_only=True)(cls)


class CandidatureLabels(Answered):
    """A candidature by what people read of it."""

    id: str
    exam_label: str
    session_label: str
    academie_label: str
    specialite: str | None
    numero_inscription: str


def one_of(codes: Iterable[str]) -> Meta:
    """Describe a text that is one of these codes. Its type stays `str`, so that a new code is no
    error of readers."""
    return Meta(extra_json_schema={"enum": [str(code) for code in codes]})


@dataclass(frozen=True)
class Access:
    """A permitted kind of caller, with the required scopes (staff) or the client names
    (services)."""

    kind: str  # public, candidate, staff, service
    names: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(sorted(self.names))})" if self.names else self.kind


PUBLIC = Access("public")
"""Anyone, without a token."""
CANDIDATE = Access("candidate")
"""A logged-in candidate."""


def staff(*scopes: str) -> Access:
    """Admit staff whose token holds all `scopes`; what they see is narrowed to their académies."""
    return Access("staff", frozenset(scopes))


def service(*clients: str) -> Access:
    """Admit processes of the portal, by client id ("gateway", "documents" …)."""
    return Access("service", frozenset(clients))


@dataclass(frozen=True, eq=False)
class Operation(Generic[AnswerOf]):
    """An operation of the API, as its declaration says it.

    `path`: as Flask writes it, with « <piece_id> » or « <int:number> ». `answer`: a dataclass,
    None where nothing is answered, `bytes` for a file of `media_type`; `status`: where it is not
    200, or 204 for None; `answer_words`: what the description says of it, in French;
    `other_statuses`: with which it answers the same, each with what the description says of it.
    `access`: any of these may call. `query`, `headers`, `body`: schemas of what comes in;
    `example`: of a body; `sends`: the media type of a body that is no JSON; `parameters`: headers
    that the view reads itself, as OpenAPI describes them. `problems`: with which it answers besides
    those of any operation. `seconds`: how long its caller waits, where that is longer than for
    others; `reads`: a POST that changes nothing. `asks_code`: in a browser's session, staff do it
    with a fresh code of their second factor alone.
    """

    method: str
    path: str
    answer: type[AnswerOf]
    summary: str
    access: tuple[Access, ...]
    _: KW_ONLY
    query: type[Given] | type[Schema] | None = None
    headers: type[Given] | type[Schema] | None = None
    body: type[Given] | type[Schema] | None = None
    sends: str | None = None
    status: int | None = None
    other_statuses: Mapping[int, str] = field(default_factory=dict)
    media_type: str = JSON
    answer_words: str = ""
    problems: tuple[ProblemType, ...] = ()
    seconds: float | None = None
    reads: bool = False
    asks_code: bool = False
    parameters: tuple[Mapping[str, object], ...] = ()
    example: Mapping[str, object] | None = None

    @property
    def success(self) -> int:
        """Return the status of what went well."""
        return self.status or (204 if self.answer is NoneType else 200)

    def __call__(
        self,
        *ids: str | int,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = None,
    ) -> "Request[AnswerOf]":
        """Make the request that a client sends to call this operation.

            client.call(api.control_piece(piece_id, headers={"If-Match": etag}, body=control))

        `ids`: those of the path, in its order. `seconds`: how long this caller waits, where that is
        not as declared. Raises TypeError where the path has more or fewer ids.
        """
        if len(ids) != self.path.count("<"):
            raise TypeError(f"{self.path} is called with {len(ids)} ids")
        return Request(self, ids, query, body, headers or {}, seconds)


@dataclass(frozen=True)
class Request(Generic[AnswerOf]):
    """A call of an operation, as it is sent.

    What is None in `query` is left out. `body`: what is sent as JSON, or the bytes of an operation
    that `sends` another media type.
    """

    operation: Operation[AnswerOf]
    ids: tuple[str | int, ...]
    query: Mapping[str, object] | None
    body: Mapping[str, object] | bytes | None
    headers: Mapping[str, str]
    seconds: float | None


class _Options(TypedDict, total=False):
    """The members of `Operation` that a declaration may name besides."""

    query: type[Given] | type[Schema] | None
    headers: type[Given] | type[Schema] | None
    body: type[Given] | type[Schema] | None
    sends: str
    status: int
    other_statuses: Mapping[int, str]
    media_type: str
    answer_words: str
    problems: tuple[ProblemType, ...]
    seconds: float
    reads: bool
    asks_code: bool
    parameters: tuple[Mapping[str, object], ...]
    example: Mapping[str, object]


class Callers:
    """Declares operations that any of these may call.

        staff_who_read.get("/v1/pieces", Pieces, "Pieces asked for, in pages.")

    `problems`: with which each of them may answer, besides its own.
    """

    def __init__(self, *access: Access, problems: tuple[ProblemType, ...] = ()) -> None:
        self.access = access
        self.problems = problems

    def get(
        self, path: str, answer: type[Answer], summary: str, **options: Unpack[_Options]
    ) -> Operation[Answer]:
        return self._declared("GET", path, answer, summary, options)

    def export(self, path: str, summary: str, **options: Unpack[_Options]) -> Operation[bytes]:
        """Declare a table that is streamed."""
        options["media_type"] = EXPORT_MEDIA_TYPE
        options["seconds"] = EXPORT_SECONDS
        return self._declared("GET", path, bytes, summary, options)

    def post(
        self, path: str, answer: type[Answer], summary: str, **options: Unpack[_Options]
    ) -> Operation[Answer]:
        return self._declared("POST", path, answer, summary, options)

    def put(
        self, path: str, answer: type[Answer], summary: str, **options: Unpack[_Options]
    ) -> Operation[Answer]:
        return self._declared("PUT", path, answer, summary, options)

    def patch(
        self, path: str, answer: type[Answer], summary: str, **options: Unpack[_Options]
    ) -> Operation[Answer]:
        return self._declared("PATCH", path, answer, summary, options)

    def delete(
        self, path: str, answer: type[Answer], summary: str, **options: Unpack[_Options]
    ) -> Operation[Answer]:
        return self._declared("DELETE", path, answer, summary, options)

    def _declared(
        self, method: str, path: str, answer: type[Answer], summary: str, options: _Options
    ) -> Operation[Answer]:
        options["problems"] = (*self.problems, *options.get("problems", ()))
        return Operation(method, path, answer, summary, self.access, **options)


@dataclass(frozen=True)
class Section:
    """Operations that belong together; `title`: French, in the description."""

    title: str
    operations: tuple[Operation[object], ...]


def sections_of(*modules: ModuleType) -> tuple[Section, ...]:
    """Return the operations that these modules declare, in their order, each module's under its
    TITLE."""
    return tuple(
        Section(
            module.TITLE,
            tuple(value for value in vars(module).values() if isinstance(value, Operation)),
        )
        for module in modules
    )
