"""A stand-in for registrations: answers what accounts asks of it, over real HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, request
from flask.typing import ResponseReturnValue

from services.chassis.process.probe import LIVE
from tests.support.app_server import serving

PATH = "/v1/candidates/<candidate>"


class FakeRegistrations:
    """`engaged`: candidates with a saved candidature; `floors`: identity floors by candidate; `erased`: candidates.

    `down` answers 503 to everything; `lose_answers` stores a floor and answers 503.
    """

    url = ""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.engaged: set[str] = set()
        self.floors: dict[str, int] = {}
        self.erased: set[str] = set()
        self.down = False
        self.lose_answers = False

    def get(self, candidate: str) -> ResponseReturnValue:
        return {"engaged": candidate in self.engaged}

    def among(self, candidates: list[str]) -> ResponseReturnValue:
        return {"ids": sorted(self.engaged & {*candidates})}

    def put(self, candidate: str, version: int) -> ResponseReturnValue:
        if candidate in self.engaged:
            return {"type": "/problems/candidature-existante", "title": "…", "status": 409, "detail": "…"}, 409
        self.floors[candidate] = version
        return "", 503 if self.lose_answers else 204

    def delete(self, candidate: str) -> ResponseReturnValue:
        if candidate in self.engaged:
            return "", 409
        self.erased.add(candidate)
        return "", 204


@contextmanager
def run_fake_registrations() -> Iterator[FakeRegistrations]:
    app, fake = Flask("registrations", static_folder=None), FakeRegistrations()
    app.add_url_rule(LIVE, "live", lambda: ("", 204))
    app.add_url_rule(f"{PATH}/engaged", "get", lambda candidate: fake.get(candidate))
    app.add_url_rule("/v1/candidates/engaged", "among", lambda: fake.among(request.json["ids"]), methods=["POST"])
    app.add_url_rule(
        f"{PATH}/identity-floor", "put", lambda candidate: fake.put(candidate, request.json["version"]), methods=["PUT"]
    )
    app.add_url_rule(f"{PATH}/data", "data", lambda candidate: {"held": [], "files": {}})
    app.add_url_rule(PATH, "delete", lambda candidate: fake.delete(candidate), methods=["DELETE"])

    @app.before_request
    def is_down() -> ResponseReturnValue | None:
        if request.path == LIVE:
            return None
        assert request.headers["Authorization"].startswith("Bearer ")
        return ("", 503) if fake.down else None

    with serving(app) as server:
        fake.url = server.url
        yield fake
