"""Whatever a tool sends wrong, to whatever route, it is refused by the name of what is wrong, and told so in French."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask

from services.chassis.process.command_line import migrate
from services.chassis.web.application import MAX_ERRORS_OF_A_KIND
from tests.architecture import apps, ledger
from tests.architecture.test_access import CALLERS
from tests.support import tokens
from tests.support.postgres import Postgres
from tests.support.service_worker import database_of

HOSTILE = ("%00", "a%00b", "%ED%A0%80", "%FF")
ENGLISH = re.compile(
    r"\b(the|must|not|be|is|are|was|were|should|could|with|this|field|missing|unknown|invalid|valid|length|allowed"
    r"|method|found|requested|request|value|expected|request|media)\b",
    re.IGNORECASE,
)
WRONG_VALUES: tuple[Any, ...] = ({}, [{}], 12.5, -7, None, "x" * 20_000, "", "\u0000", "?")
UNREADABLE_BODIES = (b"", b"{", b"[" * 2_000, b"\xff\xfe", b"12", b"null", b"x" * 1_100_000)
WITHOUT_SENDING = {"GET", "DELETE"}


def test_text_that_no_database_takes_is_refused_everywhere(service: str, tmp_path: Path, postgres: Postgres) -> None:
    """PostgreSQL takes less than SQLite."""
    app = apps.build(service, tmp_path, postgres.fresh_database())
    migrate(app)
    client = app.test_client()
    for path, who, names in reads(service, app):
        for name in names:
            for text in HOSTILE:
                answer = client.get(f"{path}?{name}={text}", headers=headers_of(who), buffered=True)
                assert answer.status_code < 500, (path, name, answer.text)
                if "%00" in text:  # of half characters none gets here: they are read as « � »
                    pointers = [error["pointer"] for error in answer.get_json()["errors"]]
                    assert pointers == [f"#/{name}"], (path, name, answer.text)
    with app.app_context():
        database_of(app).engine.dispose()


def reads(service: str, app: Flask) -> list[tuple[str, str, list[str]]]:
    """Each GET that takes parameters: its address, who calls it, and their names."""
    document = app.test_client().get("/openapi.json").get_json()
    callers = [(rule, who) for method, rule, who in sorted(ledger.routes_of(service)) if method == "GET"]
    taken = [(address_of(rule), who, query_names(described(document, "GET", rule))) for rule, who in callers]
    assert any(names for _, _, names in taken)
    return [read for read in taken if read[2]]


def test_a_parameter_that_a_route_does_not_have_is_refused_by_its_name(service: str, app: Flask) -> None:
    for path, who, names in reads(service, app):
        answer = app.test_client().get(f"{path}?{names[0]}x=1", headers=headers_of(who))
        assert answer.status_code == 422, (path, answer.text)
        refused = [error["pointer"] for error in answer.get_json()["errors"] if error["detail"] == "Champ inconnu."]
        assert refused == [f"#/{names[0]}x"], (path, answer.text)


def test_of_a_body_full_of_impossible_text_some_are_named(service: str, app: Flask) -> None:
    plain = sorted(route for route in ledger.routes_of(service) if route[0] == "POST" and "<" not in route[1])
    _, path, who = plain[0]
    answer = app.test_client().post(path, json=["\0"] * 100_000, headers=headers_of(who))
    assert answer.status_code == 422
    assert len(answer.get_json()["errors"]) == MAX_ERRORS_OF_A_KIND


def test_every_refusal_is_in_french(service: str, app: Flask) -> None:
    client, document = app.test_client(), app.test_client().get("/openapi.json").get_json()
    english: dict[str, str] = {}
    refused = 0
    for method, rule, who, sent in _wrong_requests(service, document):
        headers = {**headers_of(who), **sent.pop("headers", {})}
        answer = client.open(address_of(rule), headers=headers, **{"method": method, **sent})
        if answer.status_code < 400 or not answer.is_json or not answer.data:  # HEAD is answered without words
            continue
        refused += 1
        for text in _texts(answer.get_json()):
            if ENGLISH.search(text):
                english[text] = f"{method} {rule}"
    assert english == {}
    assert refused > 50


def _wrong_requests(service: str, document: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """(method, rule, whom it admits, what is sent): to each what it reads itself, the rest to one of each method."""
    seen: set[str] = set()
    for method, rule, who in sorted(route for route in ledger.routes_of(service) if route[1].startswith("/v1/")):
        sendings = list(_to_each(method, described(document, method, rule)))
        if method not in seen:
            seen.add(method)
            sendings += list(_to_one(method))
        yield from ((method, rule, who, sent) for sent in sendings)


def _to_one(method: str) -> Iterator[dict[str, Any]]:
    yield {"method": "PATCH"}
    yield {"headers": {"Authorization": "Bearer no"}}
    if method not in WITHOUT_SENDING:
        yield from ({"data": body, "content_type": "application/json"} for body in UNREADABLE_BODIES)


def _to_each(method: str, route: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"query_string": {"unheard_of": "1"}}
    for name in query_names(route):
        yield from ({"query_string": {name: text}} for text in ("?", "x" * 5_000, "-7", ""))
    if method in WITHOUT_SENDING:
        return
    yield {"data": b"x", "content_type": "text/plain"}
    yield {"json": []}
    yield {"json": {"unheard_of": 1}}
    names = list(route["body"].get("properties", {}))
    yield from ({"json": dict.fromkeys(names, value)} for value in WRONG_VALUES)


def described(document: dict[str, Any], method: str, rule: str) -> dict[str, Any]:
    """The route's part of the description; `body` is the schema of what it takes."""
    path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule)
    operation: dict[str, Any] = document["paths"].get(path, {}).get(method.lower(), {})
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return {**operation, "body": document["components"]["schemas"].get(name, {})}


def query_names(route: dict[str, Any]) -> list[str]:
    return [parameter["name"] for parameter in route.get("parameters", ()) if parameter["in"] == "query"]


def address_of(rule: str) -> str:
    rule = re.sub(r"<any\(([\w-]+)[^>]*>", r"\1", rule)
    return re.sub(r"<(int:)?[^>]+>", lambda match: "1" if match[1] else "unheard-of", rule)


def headers_of(who: str) -> dict[str, str]:
    caller = next((name for name in CALLERS if who.startswith(name)), None)
    return tokens.bearer(CALLERS[caller]) if caller else {}


def _texts(problem: dict[str, Any]) -> Iterator[str]:
    """Every sentence of a problem; what it quotes of us or of the sender aside."""
    for text in (problem["title"], problem["detail"], *(error["detail"] for error in problem.get("errors", ()))):
        yield re.sub(r"«.*?»|\(.*?\)|: [\w, -]+\.$", "", text)
