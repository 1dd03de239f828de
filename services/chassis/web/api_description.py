"""A service's OpenAPI description: its operations, who may call each, what comes in and out, and
every problem."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import NoneType
from typing import Any, TypedDict

import msgspec
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import fields
from webargs.fields import DelimitedList

from services.chassis.web.problems import CONTENT_TYPE
from services.contracts import problem_types
from services.contracts.api.given import reader_of
from services.contracts.api.operation import JSON, PUBLIC, Operation, Section
from services.contracts.problem_types import ProblemType

_SCHEMES = {
    "staff": (
        "Le jeton d'un membre d'un service gestionnaire ; la liste nomme les portées demandées"
    ),
    "candidate": "Le jeton d'accès d'un candidat",
    "service": "Le jeton d'accès d'un service du portail",
}
_PROBLEM = {
    "type": "object",
    "description": "Problem details (RFC 9457) ; d'autres membres peuvent s'y ajouter",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "description": "Stable : un outil le compare"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "Ce qu'il faut faire, en français"},
        "instance": {"type": "string", "description": "Numéro de la requête, à citer au support"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemError"}},
    },
}
_PROBLEM_ERROR = {
    "type": "object",
    "required": ["pointer", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "Pointeur JSON du champ : #/motif"},
        "detail": {"type": "string"},
    },
}
_CONTENT = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_ANY = (problem_types.BAD_REQUEST, problem_types.INTERNAL_ERROR, problem_types.UNAVAILABLE)
_IDENTIFIED = (problem_types.UNAUTHENTICATED, problem_types.FORBIDDEN)
_WITH_BODY = (problem_types.TOO_LARGE, problem_types.INVALID)
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


Described = dict[str, object]
"""A part of the description, as JSON."""
AnyOperation = Operation[Any]
"""An operation, whatever it answers."""


class Response(TypedDict, total=False):
    """A response, as OpenAPI describes it."""

    description: str
    content: Mapping[str, object]


Responses = dict[str, Response]
"""By the text of the status."""


def describe(title: str, sections: Sequence[Section]) -> dict[str, Any]:
    """Return the OpenAPI description of these operations."""
    schemas = MarshmallowPlugin()
    spec = APISpec(title, "v1", "3.1.0", plugins=[schemas])
    converter = schemas.converter
    converter.add_parameter_attribute_function(_of_delimited_list)  # type: ignore[union-attr]
    operations = [operation for section in sections for operation in section.operations]
    answers = [
        operation.answer for operation in operations if operation.answer not in (NoneType, bytes)
    ]
    refs, shapes = msgspec.json.schema_components(
        answers, ref_template="#/components/schemas/{name}"
    )
    for name, shape in {**shapes, "Problem": _PROBLEM, "ProblemError": _PROBLEM_ERROR}.items():
        spec.components.schema(name, shape)
    for kind, words in _SCHEMES.items():
        spec.components.security_scheme(
            kind, {"type": "http", "scheme": "bearer", "description": words}
        )
    answer_of = dict(zip(answers, refs, strict=True))
    for section in sections:
        spec.tag({"name": section.title})
        for operation in section.operations:
            described = _described(operation, answer_of.get(operation.answer), section.title)
            spec.path(
                _PARAMETER.sub(r"{\2}", operation.path),
                operations={operation.method.lower(): described},
            )
    return spec.to_dict()


def _of_delimited_list(
    _: MarshmallowPlugin, field: fields.Field[Any], **__: object
) -> dict[str, object]:
    """Describe that the values of such a list come in one parameter, between commas."""
    return {"explode": False, "style": "form"} if isinstance(field, DelimitedList) else {}


def _described(operation: AnyOperation, answer: Mapping[str, object] | None, tag: str) -> Described:
    described: Described = {
        "summary": operation.summary,
        "tags": [tag],
        "security": (
            []
            if PUBLIC in operation.access
            else [{way.kind: sorted(way.names)} for way in operation.access]
        ),
    }
    parameters = list(_parameters(operation))
    if parameters:
        described["parameters"] = parameters
    body = _body(operation)
    if body:
        described["requestBody"] = {"required": True, "content": body}
    described["responses"] = {**_success(operation, answer), **_described_problems(operation)}
    return described


def _parameters(operation: AnyOperation) -> Iterator[Mapping[str, object]]:
    for kind, name in _PARAMETER.findall(operation.path):
        schema = {"type": "integer" if kind == "int" else "string"}
        yield {"in": "path", "name": name, "required": True, "schema": schema}
    for place, declared in (("query", operation.query), ("header", operation.headers)):
        if declared:
            yield {"in": place, "schema": reader_of(declared)}
    yield from operation.parameters


def _body(operation: AnyOperation) -> Described:
    if operation.sends:
        return {operation.sends: {"schema": {"type": "string", "format": "binary"}}}
    if operation.body:
        example = {"example": operation.example} if operation.example else {}
        return {JSON: {"schema": reader_of(operation.body), **example}}
    return {}


def _success(operation: AnyOperation, answer: Mapping[str, object] | None) -> Responses:
    """Describe the responses of what went well."""
    words = {operation.success: operation.answer_words or "Fait", **operation.other_statuses}
    responses: Responses = {str(status): {"description": said} for status, said in words.items()}
    if operation.answer is not NoneType:
        schema = answer or {"type": "string", "format": "binary"}
        for response in responses.values():
            response["content"] = {operation.media_type: {"schema": schema}}
    return responses


def _described_problems(operation: AnyOperation) -> Responses:
    """Describe the responses with problems: the operation's own, and what the chassis answers
    before or instead of the view."""
    by_status: dict[int, dict[str, ProblemType]] = {}
    for problem in (*_general_problems(operation), *operation.problems):
        by_status.setdefault(problem.status, {})[problem.slug] = problem
    words = {
        status: " ; ".join(
            f"{problem.slug} : {problem.title}" for problem in by_status[status].values()
        )
        for status in sorted(by_status)
    }
    return {
        str(status): {"description": said, "content": _CONTENT} for status, said in words.items()
    }


def _general_problems(operation: AnyOperation) -> Iterator[ProblemType]:
    yield from _ANY
    if PUBLIC not in operation.access:
        yield from _IDENTIFIED
    if "<" in operation.path:
        yield problem_types.NOT_FOUND
    body = _body(operation)
    if body:
        yield from _WITH_BODY
    if JSON in body:
        yield problem_types.CONTENT_TYPE_REFUSED
    if (
        operation.query
        or operation.headers
        or any(other["in"] != "path" for other in operation.parameters)
    ):
        yield problem_types.INVALID
