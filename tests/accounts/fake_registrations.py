"""A stand-in for registrations: answers what accounts asks of it, over real HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, request
from flask.typing import ResponseReturnValue

from services.chassis.process.probe import LIVE
from tests.support.app_server import serving

PATH = "/v1/candidates/<candidate>"


class FakeRegistrations:
    """`engaged`: candidates with a saved candidature; `floors`: identity floors by candidate;
    `erased`: candidates.

    `down` answers 503 to everything; `lose_answers` stores a floor and answers 503; `saves_meanwhile`
    says of nobody, where it is asked, that a candidature was saved; `before_floor` is called before
    a floor is stored, `before_many` before it says which of many accounts have one.
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
        self.saves_meanwhile = False
        self.before_floor: Callable[[], object] = _nothing
        self.before_many: Callable[[], object] = _nothing

    def get(self, candidate: str) -> ResponseReturnValue:
        return {"engaged": candidate in self.engaged and not self.saves_meanwhile}

    def engaged_among(self, candidates: list[str]) -> ResponseReturnValue:
        self.before_many()
        return {"ids": sorted(self.engaged & set(candidates))}

    def put(self, candidate: str, version: int) -> ResponseReturnValue:
        self.before_floor()
        if candidate in self.engaged:
            return {
                "type": "/problems/candidature-existante",
                "title": "…",
                "status": 409,
                "detail": "…",
            }, 409
        self.floors[candidate] = version
        return "", 503 if self.lose_answers else 204

    def delete(self, candidate: str) -> ResponseReturnValue:
        if candidate in self.engaged:
            return "", 409
        self.erased.add(candidate)
        return "", 204


def _nothing() -> None:
    pass


@contextmanager
def run_fake_registrations() -> Iterator[FakeRegistrations]:
    app = Flask("registrations", static_folder=None)
    fake = FakeRegistrations()
    app.get(LIVE, endpoint="live")(lambda: ("", 204))
    app.get(f"{PATH}/engaged", endpoint="get")(lambda candidate: fake.get(candidate))
    app.post("/v1/candidates/engaged")(lambda: fake.engaged_among(request.json["ids"]))
    app.put(f"{PATH}/identity-floor", endpoint="put")(
        lambda candidate: fake.put(candidate, request.json["version"])
    )
    app.get(f"{PATH}/data", endpoint="data")(lambda candidate: {"held": [], "files": {}})
    app.delete(PATH, endpoint="delete")(lambda candidate: fake.delete(candidate))

    @app.before_request
    def is_down() -> ResponseReturnValue | None:
        if request.path == LIVE:
            return None
        assert request.headers["Authorization"].startswith("Bearer ")
        return ("", 503) if fake.down else None

    with serving(app) as server:
        fake.url = server.url
        yield fake
