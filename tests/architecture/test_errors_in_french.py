"""Whatever a tool sends wrong, to whatever route, it is told so in French."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from flask import Flask

from tests.architecture import ledger
from tests.architecture.described_answers import CALLERS
from tests.support import tokens

ENGLISH = re.compile(
    r"\b(the|must|not|be|is|are|was|were|should|could|with|this|field|missing|unknown|invalid|valid|length|allowed"
    r"|method|found|requested|request|value|expected|request|media)\b",
    re.IGNORECASE,
)
WRONG_VALUES: tuple[Any, ...] = ({}, [], [{}], 12.5, -7, True, None, "x" * 20_000, "", "\u0000", "?")
WRONG_BODIES = (b"", b"{", b"[" * 2_000, b"\xff\xfe", b"[]", b"12", b"null", b'{"unheard_of": 1}')
WITHOUT_SENDING = {"GET", "DELETE"}


def test_every_refusal_is_in_french(service: str, app: Flask) -> None:
    client, described = app.test_client(), app.test_client().get("/openapi.json").get_json()
    english: dict[str, str] = {}
    refused = 0
    for method, rule, who in ledger.routes_of(service):
        if not rule.startswith("/v1/"):
            continue
        address, headers = _address(rule), tokens.bearer(_token(who))
        for sent in _wrong_requests(method, _described(described, method, rule)):
            answer = client.open(address, **{**sent, "headers": {**headers, **sent.get("headers", {})}})
            if answer.status_code < 400 or not answer.is_json or not answer.data:  # HEAD is answered without words
                continue
            refused += 1
            for text in _texts(answer.get_json()):
                if ENGLISH.search(text):
                    english[text] = f"{sent['method']} {rule}"
    assert english == {}
    assert refused > 50


def _wrong_requests(method: str, described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"method": "PATCH"}
    yield {"method": method, "headers": {"Authorization": "Bearer no"}}
    yield {"method": method, "query_string": {"unheard_of": "1"}}
    for name in _query_names(described):
        for text in ("?", "x" * 5_000, "-7", ""):
            yield {"method": method, "query_string": {name: text}}
    if method in WITHOUT_SENDING:
        return
    yield {"method": method, "data": b"x", "content_type": "text/plain"}
    yield {"method": method, "data": b"x" * 1_100_000, "content_type": "application/json"}
    for body in WRONG_BODIES:
        yield {"method": method, "data": body, "content_type": "application/json"}
    for value in WRONG_VALUES:
        wrong = json.dumps(dict.fromkeys(_body_names(described), value))
        yield {"method": method, "data": wrong, "content_type": "application/json"}


def _described(document: dict[str, Any], method: str, rule: str) -> dict[str, Any]:
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)
    operation: dict[str, Any] = document["paths"].get(path, {}).get(method.lower(), {})
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return {**operation, "body": document["components"]["schemas"].get(name, {})}


def _query_names(described: dict[str, Any]) -> list[str]:
    return [parameter["name"] for parameter in described.get("parameters", ()) if parameter.get("in") == "query"]


def _body_names(described: dict[str, Any]) -> list[str]:
    return list(described["body"].get("properties", {}))


def _address(rule: str) -> str:
    return re.sub(r"<(int:)?\w+>", lambda match: "1" if match[1] else "unheard-of", rule)


def _token(who: str) -> str:
    names = [name for name in CALLERS if name in who]
    return CALLERS[names[0]] if names else CALLERS["candidate"]


def _texts(problem: dict[str, Any]) -> Iterator[str]:
    """Every sentence of a problem; what it quotes of us or of the sender aside."""
    for text in (problem["title"], problem["detail"], *(error["detail"] for error in problem.get("errors", ()))):
        yield re.sub(r"«.*?»|\(.*?\)|: [\w, -]+\.$", "", text)
