"""What a story (a function that pictures a sequence of pages) works with: portal, browser, recorder, gestionnaire."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests
from playwright.sync_api import Browser

from tests.screens.browser_candidate import BrowserCandidate
from tests.screens.picture_recorder import PictureRecorder
from tests.support.chromium import french_profile

Found = TypeVar("Found")


def wait_for_result(read: Callable[[], Found | None], what: str, seconds: float = 30) -> Found:
    """The first result of `read` that is not empty; AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (result := read()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.2)
    return result


@dataclass
class StoryContext:
    """`staff` are the headers of the demonstration gestionnaire's tools, `staff_account` its address, password and the
    secret of its second factor; `administrator_account` those of an administrateur."""

    url: str
    browser: Browser
    recorder: PictureRecorder
    staff: dict[str, str]
    staff_account: dict[str, str]
    administrator_account: dict[str, str]
    candidates: list[BrowserCandidate] = field(default_factory=list)

    def new_candidate(self, **options: Any) -> BrowserCandidate:
        """A candidate with a clean browser profile and no account yet."""
        self.candidates.append(BrowserCandidate(french_profile(self.browser, **options), self.url))
        return self.candidates[-1]

    def control_pieces(self, controls: Sequence[dict[str, Any]]) -> None:
        """The gestionnaire controls the pieces that were deposited last."""
        listed = self._staff("GET", "/pieces?academie=03&limit=100").json()["items"]
        deposited = [piece for piece in listed if piece.get("deposit")]
        assert len(deposited) >= len(controls), listed
        for piece, control in zip(deposited, controls, strict=False):
            body = {"deposit_id": piece["deposit"]["id"], **control}
            answer = self._staff("POST", f"/pieces/{piece['id']}/control", {"If-Match": piece["etag"]}, body)
            assert answer.ok, answer.text

    def close(self) -> None:
        for new_candidate in self.candidates:
            new_candidate.context.close()
        self.candidates.clear()

    def _staff(self, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None) -> Any:
        url = f"{self.url}/api/pieces/v1{path}"
        return requests.request(method, url, headers=self.staff | (headers or {}), json=body, timeout=30)
