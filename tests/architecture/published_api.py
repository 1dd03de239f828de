"""What tools are told of the services' APIs, as lines: one for each operation, one for each member of the schemas that
it takes and answers. `python -m tests.architecture.published_api` notes them as those of the release.

    pieces GET /v1/pieces/{piece_id} staff(pieces:read): 200
    pieces GET /v1/pieces/{piece_id} query neighbours: boolean
    pieces POST /v1/controls body: object = Controls
    pieces Controls controls!: array = Control                     (« ! »: has to be sent)
    pieces Control status!: string
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.service_names import SERVICES
from gateway.api import only_open
from tests.architecture.apps import build

RELEASED = Path(__file__).parent / "released_api.txt"
METHODS = ("get", "post", "put", "patch", "delete", "head")
NAMED = " = "
Schema = Mapping[str, Any]


def lines_of(service: str, description: dict[str, Any]) -> Iterator[str]:
    """The lines of a service's OpenAPI description."""
    api = _Api(description["components"]["schemas"])
    for path, item in only_open(description)["paths"].items():
        for method in (method for method in METHODS if method in item):
            begin = f"{service} {method.upper()} {path}"
            yield from (f"{begin} {rest}" for rest in api.operation(item, item[method]))
    told: set[str] = set()
    while more := api.named - told:
        told |= more
        for name in more:
            yield from (f"{service} {name} {line}" for line in api.members("", api.schemas[name]))


@dataclass
class _Api:
    """`named`: the schemas that the lines given so far lead to."""

    schemas: Mapping[str, Schema]
    named: set[str] = field(default_factory=set)

    def operation(self, item: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[str]:
        ways = (f"{kind}({', '.join(names)})" for way in operation["security"] for kind, names in sorted(way.items()))
        successes = ", ".join(sorted(status for status in operation["responses"] if status < "400"))
        yield f"{' or '.join(ways) or 'public'}: {successes}"
        for parameter in (*item.get("parameters", ()), *operation.get("parameters", ())):
            if parameter["in"] != "path":
                required = "!" if parameter.get("required") else ""
                kind = self._kind(parameter["schema"]).replace("null|", "").replace("|null", "")  # no text says null
                yield f"{parameter['in']} {parameter['name']}{required}: {kind}"
        answers = [answer for status, answer in operation["responses"].items() if status < "300"]
        for subject, sent in (("body", operation.get("requestBody", {})), *(("answer", answer) for answer in answers)):
            for media_type, media in sent.get("content", {}).items():
                is_json = media_type == "application/json"
                yield from self._value(subject, media["schema"]) if is_json else [f"{subject} {media_type}"]

    def members(self, begin: str, whole: Schema) -> Iterator[str]:
        for name, schema in whole.get("properties", {}).items():
            required = "!" if name in whole.get("required", ()) else ""
            yield from self._value(f"{begin}{name}{required}", schema)

    def _value(self, subject: str, schema: Schema) -> Iterator[str]:
        """Its line, with the name of what it is or holds; the members of what has no name follow."""
        name, held = self._held(schema)
        line = f"{subject}: {self._kind(schema)}"
        if name:
            self.named.add(name)
            yield f"{line}{NAMED}{name}"
        else:
            yield line
            yield from self.members(_inside(line), held)

    def _held(self, schema: Schema, name: str = "") -> tuple[str, Schema]:
        name, whole = self._resolved(schema, name)
        if "items" in whole:
            return self._held(whole["items"])
        return (name if "properties" in whole else ""), whole

    def _resolved(self, schema: Schema, name: str = "") -> tuple[str, Schema]:
        """What a reference leads to, with its name; of what may be null, the other."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._resolved(self.schemas[name], name)
        for several in ("anyOf", "oneOf", "allOf"):
            others = [inner for inner in schema.get(several, ()) if inner.get("type") != "null"]
            if others:
                return self._resolved(others[0], name)
        return name, schema

    def _kind(self, schema: Schema) -> str:
        kinds = self._resolved(schema)[1].get("type", "object")
        named = [kinds] if isinstance(kinds, str) else list(kinds)
        inner = (case.get("type") for several in ("anyOf", "oneOf") for case in schema.get(several, ()))
        if "null" in inner and "null" not in named:
            named.append("null")
        return "|".join(sorted(named))


def in_full(lines: Iterable[str]) -> set[str]:
    """The same where each operation tells the members that it takes and answers itself, whatever their schemas' names.

    pieces POST /v1/controls body.controls[].status!: string
    """
    members, of_operations = defaultdict[tuple[str, str], list[str]](list), list[str]()
    for line in lines:
        service, subject, rest = line.split(" ", 2)
        if subject.lower() in METHODS:
            of_operations.append(line)
        else:
            members[service, subject].append(rest)
    return {told for line in of_operations for told in _told(line, members)}


def _told(line: str, members: Mapping[tuple[str, str], list[str]]) -> Iterator[str]:
    own, _, name = line.partition(NAMED)
    yield own.replace("!", "") if " answer" in own else own  # nothing has to be answered
    for member in members.get((own.partition(" ")[0], name), ()):
        yield from _told(_inside(own) + member, members)


def _inside(line: str) -> str:
    """How the members begin of what a line tells: « body: » « body.controls[]. »"""
    path, _, kind = line.rpartition(": ")
    return f"{path.removesuffix('!')}{'[]' if 'array' in kind else ''}."


def published() -> list[str]:
    """The lines of all services as they are now."""
    with tempfile.TemporaryDirectory() as folder:
        apps = {service: build(service, Path(folder)) for service in SERVICES}
        descriptions = {name: app.test_client().get("/openapi.json").get_json() for name, app in apps.items()}
    return sorted({line for name, description in descriptions.items() for line in lines_of(name, description)})


if __name__ == "__main__":
    RELEASED.write_text("\n".join(published()) + "\n", encoding="utf-8")
