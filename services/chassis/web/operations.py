"""Binds the views of a service to the operations that `services/contracts/api` declares, and describes these."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from types import NoneType
from typing import Any, TypeVar

import msgspec
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, Response, current_app
from marshmallow import fields
from webargs.fields import DelimitedList
from webargs.flaskparser import parser

from services.chassis.web.api_description import COMPONENTS, SCHEMES, described_problems
from services.contracts.api.operation import JSON, PUBLIC, Operation, Section

Answer = TypeVar("Answer")
View = Callable[..., Any]
_PLACES = {"query": "query", "headers": "headers", "body": "json"}
"""What a view is given, by the name of its declaration, and where webargs finds it."""
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


class Views(Blueprint):
    """The views of some operations. Each is given the ids of the path, and `query`, `headers` and `body` as loaded;
    returns the answer, the answer with headers (and with one of the other statuses), or a whole response."""

    def serves(self, operation: Operation[Any]) -> Callable[[View], View]:
        """Bind a view to its declaration, which says who may call it. It stays a function that can be called."""

        def bind(view: View) -> View:
            @wraps(view)
            def respond(**ids: Any) -> Response:
                return _response(operation, view(**ids, **_given(operation)))

            respond.__access__ = operation.access  # type: ignore[attr-defined]
            respond.__operation__ = operation  # type: ignore[attr-defined]
            self.add_url_rule(operation.path, view.__name__, respond, methods=[operation.method])
            return view

        return bind


def check_all_served(app: Flask, sections: Sequence[Section]) -> None:
    """Raises RuntimeError for an operation that is declared and not served, or served and not declared."""
    declared = {operation for section in sections for operation in section.operations}
    served = {view.__operation__ for view in app.view_functions.values() if hasattr(view, "__operation__")}
    if wrong := declared ^ served:
        raise RuntimeError(f"not both declared and served: {sorted(operation.path for operation in wrong)}")


def _given(operation: Operation[Any]) -> dict[str, Any]:
    """What came in, as the schemas load it. Raises HTTPException (422) with the errors of marshmallow."""
    schemas = {name: getattr(operation, name) for name in _PLACES}
    return {name: parser.parse(schema, location=_PLACES[name]) for name, schema in schemas.items() if schema}


def _response(operation: Operation[Any], returned: Any) -> Response:
    if isinstance(returned, Response):
        return returned
    answer, headers, *other = returned if isinstance(returned, tuple) else (returned, {})
    content = None if operation.answer is NoneType else current_app.json.dumps(answer)
    status = other[0] if other else _status(operation)
    return Response(content, status, headers, content_type=JSON if content else None)


def _status(operation: Operation[Any]) -> int:
    return operation.status or (204 if operation.answer is NoneType else 200)


def describe(title: str, sections: Sequence[Section]) -> dict[str, Any]:
    """The OpenAPI description of these operations: who may call each, what comes in, each answer and every problem."""
    schemas = MarshmallowPlugin()
    spec = APISpec(title, "v1", "3.1.0", plugins=[schemas])
    schemas.converter.add_parameter_attribute_function(_of_delimited_list)  # type: ignore[union-attr]
    operations = [operation for section in sections for operation in section.operations]
    answers = [operation.answer for operation in operations if operation.answer not in (NoneType, bytes)]
    refs, shapes = msgspec.json.schema_components(answers, ref_template="#/components/schemas/{name}")
    for name, shape in {**shapes, **COMPONENTS}.items():
        spec.components.schema(name, shape)
    for kind, words in SCHEMES.items():
        spec.components.security_scheme(kind, {"type": "http", "scheme": "bearer", "description": words})
    answer_of = dict(zip(answers, refs, strict=True))
    for section in sections:
        spec.tag({"name": section.title})
        for operation in section.operations:
            described = _described(operation, answer_of.get(operation.answer), section.title)
            spec.path(_PARAMETER.sub(r"{\2}", operation.path), operations={operation.method.lower(): described})
    return spec.to_dict()


def _of_delimited_list(_: Any, field: fields.Field[Any], **__: Any) -> dict[str, Any]:
    """Its values come in one parameter, between commas."""
    return {"explode": False, "style": "form"} if isinstance(field, DelimitedList) else {}


def _described(operation: Operation[Any], answer: Mapping[str, Any] | None, tag: str) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": operation.summary,
        "tags": [tag],
        "security": [] if PUBLIC in operation.access else [{way.kind: sorted(way.names)} for way in operation.access],
    }
    if parameters := [*_parameters(operation)]:
        described["parameters"] = parameters
    if body := _body(operation):
        described["requestBody"] = {"required": True, "content": body}
    described["responses"] = {
        **_success(operation, answer),
        **described_problems(operation.path, described, operation.problems),
    }
    return described


def _parameters(operation: Operation[Any]) -> Iterator[Mapping[str, Any]]:
    for kind, name in _PARAMETER.findall(operation.path):
        yield {
            "in": "path",
            "name": name,
            "required": True,
            "schema": {"type": "integer" if kind == "int" else "string"},
        }
    for place in ("query", "headers"):
        if schema := getattr(operation, place):
            yield {"in": "header" if place == "headers" else place, "schema": schema}
    yield from operation.parameters


def _body(operation: Operation[Any]) -> dict[str, Any]:
    if operation.sends:
        return {operation.sends: {"schema": {"type": "string", "format": "binary"}}}
    if operation.body:
        example = {"example": operation.example} if operation.example else {}
        return {JSON: {"schema": operation.body, **example}}
    return {}


def _success(operation: Operation[Any], answer: Mapping[str, Any] | None) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if operation.answer is not NoneType:
        schema = answer or {"type": "string", "format": "binary"}
        content = {"content": {operation.media_type: {"schema": schema}}}
    words = {_status(operation): operation.answer_words or "Fait", **operation.other_statuses}
    return {str(status): {"description": said, **content} for status, said in words.items()}
