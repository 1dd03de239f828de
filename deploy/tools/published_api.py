"""What tools are told of the services' APIs, as lines: one for each operation and for each member
of what it takes and answers, whatever its schema's name. `python -m deploy.tools.published_api`
notes them as those of the release.

    pieces GET /v1/pieces/{piece_id} staff(pieces:read): 200
    pieces GET /v1/pieces/{piece_id} query neighbours: boolean
    pieces POST /v1/controls body.controls[].status!: string                     (« ! »: has to be
    sent)
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.api import only_open
from services.chassis.web.api_description import describe
from services.contracts.api.served import SECTIONS

RELEASED = Path(__file__).parent / "released_api.txt"
METHODS = ("get", "post", "put", "patch", "delete", "head")
Schema = Mapping[str, Any]


def lines_of(service: str, description: dict[str, Any]) -> Iterator[str]:
    """Return the lines of a service's OpenAPI description."""
    schemas = description["components"]["schemas"]
    for path, item in only_open(description)["paths"].items():
        for method in (method for method in METHODS if method in item):
            told = _operation(schemas, item, item[method])
            yield from (f"{service} {method.upper()} {path} {rest}" for rest in told)


def _operation(
    schemas: Schema, item: Mapping[str, Any], operation: Mapping[str, Any]
) -> Iterator[str]:
    ways = []
    for way in operation["security"]:
        ways += [f"{kind}({', '.join(names)})" for kind, names in sorted(way.items())]
    successes = ", ".join(sorted(status for status in operation["responses"] if status < "400"))
    yield f"{' or '.join(ways) or 'public'}: {successes}"
    for parameter in (*item.get("parameters", ()), *operation.get("parameters", ())):
        if parameter["in"] != "path":
            required = "!" if parameter.get("required") else ""
            # No text says null.
            kind = _kind(schemas, parameter["schema"]).replace("null|", "").replace("|null", "")
            yield f"{parameter['in']} {parameter['name']}{required}: {kind}"
    answers = [answer for status, answer in operation["responses"].items() if status < "300"]
    yield from _contents(schemas, "body", operation.get("requestBody", {}))
    for answer in answers:
        yield from _contents(schemas, "answer", answer)


def _contents(schemas: Schema, subject: str, sent: Mapping[str, Any]) -> Iterator[str]:
    """Return the lines of what is sent: of its members where it is JSON, else of its media type."""
    for media_type, media in sent.get("content", {}).items():
        if media_type == "application/json":
            yield from _value(schemas, subject, media["schema"])
        else:
            yield f"{subject} {media_type}"


def _value(schemas: Schema, subject: str, schema: Schema) -> Iterator[str]:
    """Return the line of a value, and those of the members of what it is or holds."""
    kind = _kind(schemas, schema)
    whole = _resolved(schemas, schema)
    yield f"{subject}: {kind}"
    while "items" in whole:
        whole = _resolved(schemas, whole["items"])
    inside = f"{subject.removesuffix('!')}{'[]' if 'array' in kind else ''}"
    for name, member in whole.get("properties", {}).items():
        is_answered = subject.startswith("answer")
        required = name in whole.get("required", ()) and not is_answered
        yield from _value(schemas, f"{inside}.{name}{'!' if required else ''}", member)


def _resolved(schemas: Schema, schema: Schema) -> Schema:
    """Follow a reference; of what may also be null, return the other schema."""
    if "$ref" in schema:
        return _resolved(schemas, schemas[schema["$ref"].rpartition("/")[2]])
    for several in ("anyOf", "oneOf", "allOf"):
        others = [inner for inner in schema.get(several, ()) if inner.get("type") != "null"]
        if others:
            return _resolved(schemas, others[0])
    return schema


def _kind(schemas: Schema, schema: Schema) -> str:
    """Return the types of a value between bars, « null » among them where it may be null."""
    declared = _resolved(schemas, schema).get("type", "object")
    kinds = {declared} if isinstance(declared, str) else set(declared)
    cases = (*schema.get("anyOf", ()), *schema.get("oneOf", ()))
    if any(case.get("type") == "null" for case in cases):
        kinds.add("null")
    return "|".join(sorted(kinds))


def published() -> list[str]:
    """Return the lines of all services as their operations are declared now, in order."""
    lines = set[str]()
    for service, sections in SECTIONS.items():
        description = json.loads(json.dumps(describe(service, sections)))
        lines |= set(lines_of(service, description))
    return sorted(lines)


if __name__ == "__main__":
    RELEASED.write_text("\n".join(published()) + "\n", encoding="utf-8")
