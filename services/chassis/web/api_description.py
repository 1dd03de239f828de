"""A service's OpenAPI description: its operations, who may call each, and every problem that it answers with.

flask-smorest describes its own errors, which no service answers with; views add theirs by `answers_with`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint

from services.chassis.web.access import ways_of
from services.chassis.web.problems import CONTENT_TYPE
from services.contracts import problem_types
from services.contracts.api.operation import PUBLIC, Access
from services.contracts.problem_types import BY_SLUG, ProblemType

METHODS = frozenset({"get", "post", "put", "patch", "delete", "head"})
SCHEMES = {
    "staff": "Le jeton d'un membre d'un service gestionnaire ; la liste nomme les portées demandées",
    "candidate": "Le jeton d'accès d'un candidat",
    "service": "Le jeton d'accès d'un service du portail",
}
PROBLEM = {
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
PROBLEM_ERROR = {
    "type": "object",
    "required": ["pointer", "detail"],
    "properties": {
        "pointer": {"type": "string", "description": "Pointeur JSON du champ : #/motif"},
        "detail": {"type": "string"},
    },
}
COMPONENTS = {"Problem": PROBLEM, "ProblemError": PROBLEM_ERROR}
_CONTENT = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_ANY = (problem_types.BAD_REQUEST, problem_types.INTERNAL_ERROR, problem_types.UNAVAILABLE)
_IDENTIFIED = (problem_types.UNAUTHENTICATED, problem_types.FORBIDDEN)
_WITH_BODY = (problem_types.TOO_LARGE, problem_types.INVALID)
_JSON = "application/json"
_OF_FLASK_SMOREST = ("Error", "PaginationMetadata")


def added(description: dict[str, Any], app: Flask, blueprints: Iterable[Blueprint]) -> dict[str, Any]:
    """`description` with the operations of these blueprints, which are registered on `app`.

    It takes as long as all the rest of an app's start, and few processes are asked for it: flask-smorest makes it on an
    app of its own, when somebody asks.
    """
    described = Flask(app.import_name, static_folder=None)
    described.config |= {"API_TITLE": "", "API_VERSION": "v1", "OPENAPI_VERSION": "3.1.0"}
    api = Api(described)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    others = _complete(api.spec.to_dict(), app)
    description["paths"] |= others["paths"]
    description["components"]["schemas"] |= others["components"]["schemas"]
    description["tags"] += others.get("tags", [])
    return description


def _complete(description: dict[str, Any], app: Flask) -> dict[str, Any]:
    """`description` as flask-smorest made it; returns it with access and problems. It is changed in place, once."""
    components = description["components"]
    components.pop("responses", None)
    components["schemas"] = {
        **{name: schema for name, schema in components["schemas"].items() if name not in _OF_FLASK_SMOREST},
        **COMPONENTS,
    }
    components["securitySchemes"] = {
        kind: {"type": "http", "scheme": "bearer", "description": words} for kind, words in SCHEMES.items()
    }
    access = _access_by_operation(app)
    for path, item in description["paths"].items():
        for method in METHODS & item.keys():
            _complete_operation(path, item[method], access[method, path])
    return description


def _access_by_operation(app: Flask) -> dict[tuple[str, str], tuple[Access, ...]]:
    return {
        (method.lower(), re.sub(r"<(?:[^:<>]+:)?(\w+)>", r"{\1}", rule.rule)): ways_of(app, rule.endpoint) or ()
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }


def _complete_operation(path: str, operation: dict[str, Any], ways: tuple[Access, ...]) -> None:
    operation["security"] = [] if PUBLIC in ways else [{way.kind: sorted(way.names)} for way in ways]
    own = {status: response.get("description", "") for status, response in operation["responses"].items()}
    successes = {status: value for status, value in operation["responses"].items() if status.startswith(("2", "3"))}
    operation["responses"] = successes | described_problems(path, operation, _own_problems(own))


def described_problems(path: str, operation: Mapping[str, Any], own: Iterable[ProblemType]) -> dict[str, Any]:
    """The responses with problems of an operation as far as it is described: its `own` and those of any."""
    by_status: dict[int, dict[str, ProblemType]] = {}
    for problem in (*_general_problems(path, operation), *own):
        by_status.setdefault(problem.status, {})[problem.slug] = problem
    return {
        str(status): {"description": _words(by_status[status].values()), "content": _CONTENT}
        for status in sorted(by_status)
    }


def _general_problems(path: str, operation: Mapping[str, Any]) -> Iterator[ProblemType]:
    """What the chassis answers before or instead of the view."""
    yield from _ANY
    if operation["security"]:
        yield from _IDENTIFIED
    if "{" in path or "<" in path:
        yield problem_types.NOT_FOUND
    body = operation.get("requestBody")
    if body:
        yield from _WITH_BODY
    if body and _JSON in body["content"]:
        yield problem_types.CONTENT_TYPE_REFUSED
    if any(parameter["in"] != "path" for parameter in operation.get("parameters", ()) if isinstance(parameter, dict)):
        yield problem_types.INVALID


def _own_problems(descriptions: Mapping[str, str]) -> Iterator[ProblemType]:
    """Those that the view's `answers_with` names."""
    for description in descriptions.values():
        yield from (BY_SLUG[slug] for slug in description.split(", ") if slug in BY_SLUG)


def _words(problems: Any) -> str:
    return " ; ".join(f"{problem.slug} : {problem.title}" for problem in problems)
