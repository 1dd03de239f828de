"""What services publish of their API as lines: one for each operation, and one for each member of what it takes and
answers. `python -m tests.architecture.published_api` notes them as those of the release.

    pieces GET /v1/pieces/{piece_id} staff(pieces:read): 200
    pieces GET /v1/pieces/{piece_id} query neighbours: boolean
    pieces POST /v1/controls body controls[].status!: string        (« ! »: has to be sent)
    pieces GET /v1/pieces/{piece_id} answer deposit.pages: integer|null
"""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.service_names import SERVICES
from tests.architecture.apps import build

RELEASED = Path(__file__).parent / "released_api.txt"
METHODS = ("get", "post", "put", "patch", "delete", "head")


def lines_of(service: str, description: Mapping[str, Any]) -> Iterator[str]:
    """The lines of an OpenAPI description."""
    schemas = description["components"]["schemas"]
    for path, item in description["paths"].items():
        for method in (method for method in METHODS if method in item):
            begin = f"{service} {method.upper()} {path}"
            yield from (f"{begin} {rest}" for rest in _operation(item, item[method], schemas))


def _operation(item: Mapping[str, Any], operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Iterator[str]:
    ways = (f"{kind}({', '.join(names)})" for way in operation["security"] for kind, names in sorted(way.items()))
    successes = ", ".join(sorted(status for status in operation["responses"] if status < "400"))
    yield f"{' or '.join(ways) or 'public'}: {successes}"
    for parameter in (*item.get("parameters", ()), *operation.get("parameters", ())):
        if parameter["in"] != "path":
            required = "!" if parameter.get("required") else ""
            kind = _kind(parameter["schema"], schemas).replace("null|", "").replace("|null", "")  # no text says null
            yield f"{parameter['in']} {parameter['name']}{required}: {kind}"
    for media_type, media in operation.get("requestBody", {}).get("content", {}).items():
        yield from (f"body {line}" for line in _content(media_type, media, schemas, with_required=True))
    for status, response in operation["responses"].items():
        if status < "300":
            for media_type, media in response.get("content", {}).items():
                yield from (f"answer {line}" for line in _content(media_type, media, schemas, with_required=False))


def _content(
    media_type: str, media: Mapping[str, Any], schemas: Mapping[str, Any], *, with_required: bool
) -> Iterator[str]:
    if media_type != "application/json":
        yield media_type
        return
    for name, required, kind in _members(media["schema"], schemas):
        yield f"{name}{'!' if required and with_required else ''}: {kind}"


def _members(schema: Mapping[str, Any], schemas: Mapping[str, Any], begin: str = "") -> Iterator[tuple[str, bool, str]]:
    """(path, whether it is required, type) of each member, those inside it included."""
    whole = _resolved(schema, schemas)
    if whole.get("type") == "array" or "array" in (whole.get("type") or ()):
        yield from _members(whole.get("items", {}), schemas, f"{begin}[]")
    for name, inner in whole.get("properties", {}).items():
        path = f"{begin}.{name}" if begin else name
        yield path, name in whole.get("required", ()), _kind(inner, schemas)
        yield from _members(inner, schemas, path)


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without reference; of what may be null, the other."""
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for several in ("anyOf", "oneOf", "allOf"):
        others = [inner for inner in schema.get(several, ()) if inner.get("type") != "null"]
        if others:
            return _resolved(others[0], schemas)
    return schema


def _kind(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    whole = _resolved(schema, schemas)
    kinds = whole.get("type", "object")
    named = [kinds] if isinstance(kinds, str) else list(kinds)
    inner = (case.get("type") for several in ("anyOf", "oneOf") for case in schema.get(several, ()))
    if "null" in inner and "null" not in named:
        named.append("null")
    return "|".join(sorted(named))


def published() -> list[str]:
    """The lines of all services as they are now."""
    with tempfile.TemporaryDirectory() as folder:
        apps = {service: build(service, Path(folder)) for service in SERVICES}
        descriptions = {name: app.test_client().get("/openapi.json").get_json() for name, app in apps.items()}
    return sorted({line for name, description in descriptions.items() for line in lines_of(name, description)})


if __name__ == "__main__":
    RELEASED.write_text("\n".join(published()) + "\n", encoding="utf-8")
