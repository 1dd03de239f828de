"""Whatever a tool sends wrong, to whatever route, it is refused by the name of what is wrong, and
told so in French."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from marshmallow import Schema

from services.chassis.roles.command_line import migrate
from services.chassis.web.application import MAX_ERRORS_OF_A_KIND
from services.contracts.api.given import Given, reader_of
from services.contracts.api.operation import Operation
from tests.architecture import apps
from tests.architecture.callers import CALLERS
from tests.architecture.ledger import OPERATIONS, address_of
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


def test_text_that_no_database_takes_is_refused_everywhere(
    service: str, tmp_path: Path, postgres: Postgres
) -> None:
    """PostgreSQL takes less than SQLite."""
    app = apps.build(service, tmp_path, postgres.fresh_database())
    migrate(app)
    client = app.test_client()
    for path, headers, names in reads(service):
        for name in names:
            for text in HOSTILE:
                answer = client.get(f"{path}?{name}={text}", headers=headers, buffered=True)
                assert answer.status_code < 500, (path, name, answer.text)
                if "%00" in text:  # of half characters none gets here: they are read as « � »
                    pointers = [error["pointer"] for error in answer.get_json()["errors"]]
                    assert pointers == [f"#/{name}"], (path, name, answer.text)
    with app.app_context():
        database_of(app).engine.dispose()


def reads(service: str) -> list[tuple[str, dict[str, str], list[str]]]:
    """Each GET that takes parameters: its address, the headers of who may call it, and their
    names."""
    taken = [read for read in OPERATIONS[service] if read.method == "GET" and read.query]
    assert taken
    return [
        (address_of(read.path, "unheard-of"), headers_of(read), names_in(read.query))
        for read in taken
    ]


def test_a_parameter_that_a_route_does_not_have_is_refused_by_its_name(
    service: str, app: Flask
) -> None:
    for path, headers, names in reads(service):
        answer = app.test_client().get(f"{path}?{names[0]}x=1", headers=headers)
        assert answer.status_code == 422, (path, answer.text)
        refused = [
            error["pointer"]
            for error in answer.get_json()["errors"]
            if error["detail"] == "Champ inconnu."
        ]
        assert refused == [f"#/{names[0]}x"], (path, answer.text)


def test_of_a_body_full_of_impossible_text_some_are_named(service: str, app: Flask) -> None:
    plain = min(
        (each for each in OPERATIONS[service] if each.method == "POST" and "<" not in each.path),
        key=_order,
    )
    answer = app.test_client().post(plain.path, json=["\0"] * 100_000, headers=headers_of(plain))
    assert answer.status_code == 422
    assert len(answer.get_json()["errors"]) == MAX_ERRORS_OF_A_KIND


def test_every_refusal_is_in_french(service: str, app: Flask) -> None:
    client = app.test_client()
    refused = 0
    english: dict[str, str] = {}
    for operation, sent in _wrong_requests(service):
        headers = {**headers_of(operation), **sent.pop("headers", {})}
        path = address_of(operation.path, "unheard-of")
        answer = client.open(path, headers=headers, **{"method": operation.method, **sent})
        if (
            answer.status_code < 400 or not answer.is_json or not answer.data
        ):  # HEAD is answered without words
            continue
        refused += 1
        for text in _texts(answer.get_json()):
            if ENGLISH.search(text):
                english[text] = f"{operation.method} {operation.path}"
    assert english == {}
    assert refused > 50


def _wrong_requests(service: str) -> Iterator[tuple[Operation[Any], dict[str, Any]]]:
    """An operation and what is sent: to each what it reads itself, the rest to one of each
    method."""
    seen: set[str] = set()
    for operation in sorted(OPERATIONS[service], key=_order):
        sendings = list(_to_each(operation))
        if operation.method not in seen:
            seen.add(operation.method)
            sendings += list(_to_one(operation.method))
        yield from ((operation, sent) for sent in sendings)


def _order(operation: Operation[Any]) -> tuple[str, str]:
    return operation.method, operation.path


def _to_one(method: str) -> Iterator[dict[str, Any]]:
    yield {"method": "PATCH"}
    yield {"headers": {"Authorization": "Bearer no"}}
    if method not in WITHOUT_SENDING:
        yield from (
            {"data": body, "content_type": "application/json"} for body in UNREADABLE_BODIES
        )


def _to_each(operation: Operation[Any]) -> Iterator[dict[str, Any]]:
    yield {"query_string": {"unheard_of": "1"}}
    for name in names_in(operation.query):
        yield from ({"query_string": {name: text}} for text in ("?", "x" * 5_000, "-7", ""))
    if operation.method in WITHOUT_SENDING:
        return
    yield {"data": b"x", "content_type": "text/plain"}
    yield {"json": []}
    yield {"json": {"unheard_of": 1}}
    yield from ({"json": dict.fromkeys(names_in(operation.body), value)} for value in WRONG_VALUES)


def names_in(declared: type[Given] | type[Schema] | None) -> list[str]:
    if declared is None:
        return []
    return [field.data_key or name for name, field in reader_of(declared)().fields.items()]


def headers_of(operation: Operation[Any]) -> dict[str, str]:
    who = str(operation.access[0])
    caller = next((name for name in CALLERS if who.startswith(name)), None)
    return tokens.bearer(CALLERS[caller]) if caller else {}


def _texts(problem: dict[str, Any]) -> Iterator[str]:
    """Every sentence of a problem; what it quotes of us or of the sender aside."""
    for text in (
        problem["title"],
        problem["detail"],
        *(error["detail"] for error in problem.get("errors", ())),
    ):
        yield re.sub(r"«.*?»|\(.*?\)|: [\w, -]+\.$", "", text)
