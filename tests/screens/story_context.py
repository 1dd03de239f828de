"""What a story of the album is told with: the portal, the browser, the album, and the gestionnaire."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests
from playwright.sync_api import Browser

from tests.screens.browser_candidate import Person
from tests.screens.picture_recorder import Album
from tests.support.chromium import french_visitor

Found = TypeVar("Found")


def until(look: Callable[[], Found | None], what: str, seconds: float = 30) -> Found:
    """What `look` finds, as soon as it does."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.2)
    return found


@dataclass
class Walk:
    """`staff` are the headers of the demonstration gestionnaire's tools."""

    url: str
    browser: Browser
    album: Album
    staff: dict[str, str]
    people: list[Person] = field(default_factory=list)

    def person(self, **options: Any) -> Person:
        """Someone with a clean browser."""
        self.people.append(Person(french_visitor(self.browser, **options), self.url))
        return self.people[-1]

    def judge(self, opinions: Sequence[dict[str, Any]]) -> None:
        """The gestionnaire says what he thinks of the pieces deposited last."""
        listed = self._staff("GET", "/pieces?academie=03&limit=100").json()["items"]
        deposited = [piece for piece in listed if piece.get("deposit")]
        assert len(deposited) >= len(opinions), listed
        for piece, opinion in zip(deposited, opinions, strict=False):
            body = {"deposit_id": piece["deposit"]["id"], **opinion}
            answer = self._staff("POST", f"/pieces/{piece['id']}/control", {"If-Match": piece["etag"]}, body)
            assert answer.ok, answer.text

    def close(self) -> None:
        for person in self.people:
            person.context.close()
        self.people.clear()

    def _staff(self, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None) -> Any:
        url = f"{self.url}/api/pieces/v1{path}"
        return requests.request(method, url, headers=self.staff | (headers or {}), json=body, timeout=30)
