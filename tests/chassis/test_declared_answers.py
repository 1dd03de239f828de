"""An answer is read as its operation declares it, by a reader of another version too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, jsonify

from services.chassis.database.transactions import Database
from services.chassis.errors import Unavailable
from services.chassis.http.client import Client
from services.chassis.web.operations import Views
from services.contracts.api.operation import PUBLIC, Operation
from tests.support.app_server import serving
from tests.support.log_lines import logged_lines


@dataclass(frozen=True, kw_only=True)
class Line:
    label: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    number: str
    lines: tuple[Line, ...]
    notice: str | None = None


read_sheet = Operation("GET", "/v1/sheets/<sheet_id>", Sheet, "A sheet.", (PUBLIC,))
SHEET: dict[str, Any] = {"number": "02103000001", "lines": [{"label": "Nom"}]}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Of a service that answers with `ANSWERS` by the sheet's id."""
    app = Flask("sheets")
    app.add_url_rule("/v1/sheets/<sheet_id>", "read", lambda sheet_id: jsonify(ANSWERS[sheet_id]))
    with serving(app) as server:
        yield Client(server.url)


ANSWERS: dict[str, Any] = {
    "known": SHEET,
    "newer": {**SHEET, "colour": "blue", "lines": [{"label": "Nom", "value": "DUBOIS"}]},
    "incomplete": {"lines": []},
    "ill-typed": {**SHEET, "lines": [{"label": 7}]},
}


def test_what_a_newer_service_adds_is_passed_over_and_a_new_member_has_a_default(client: Client) -> None:
    known = client.call(read_sheet, sheet_id="known")
    assert known == client.call(read_sheet, sheet_id="newer") == Sheet(number="02103000001", lines=(Line(label="Nom"),))


def test_what_is_missing_or_ill_typed_is_a_service_that_is_away_named_by_its_place_alone(client: Client) -> None:
    for sheet_id, place in (("incomplete", "number"), ("ill-typed", "$.lines[0].label")):
        with logged_lines() as logged, pytest.raises(Unavailable):
            client.call(read_sheet, sheet_id=sheet_id)
        assert place in logged[0]["reason"], sheet_id
        assert "02103000001" not in str(logged)


def test_an_operation_is_bound_to_what_takes_all_that_comes_in_and_nothing_else() -> None:
    views, reading = Views("sheets", __name__), Database().reading
    too_few: Callable[..., Any] = lambda session: SHEET  # noqa: E731
    too_many: Callable[..., Any] = lambda session, sheet_id, page: SHEET  # noqa: E731
    for query in (too_few, too_many):
        with pytest.raises(TypeError, match="argument"):
            views.reads(read_sheet, query, reading)
    views.reads(read_sheet, too_many, reading, page=lambda: 1)
