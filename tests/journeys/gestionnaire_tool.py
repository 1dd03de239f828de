"""A gestionnaire's tool: calls of the staff API with the demonstration token, as in README."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from tests.support.running_portal import RunningPortal

TIMEOUT = 20


class GestionnaireTool:
    def __init__(self, portal: RunningPortal, role: str = "staff") -> None:
        self._api = f"{portal.url}/api"
        self._headers = {"Authorization": f"Bearer {portal.token(role)}"}

    def pieces(self, candidature: str) -> dict[str, dict[str, Any]]:
        """By code."""
        parameters = {"candidature": candidature, "limit": "50"}
        answer = requests.get(
            f"{self._api}/pieces/v1/pieces", params=parameters, headers=self._headers, timeout=TIMEOUT
        )
        assert answer.ok, answer.text
        return {piece["code"]: piece for piece in answer.json()["items"]}

    def controls(self, candidature: str, code: str, status: str, **more: Any) -> requests.Response:
        piece = self.pieces(candidature)[code]
        deposit = piece["deposit"]
        body = {"deposit_id": deposit["id"] if deposit else None, "status": status, **more}
        answer = requests.post(
            f"{self._api}/pieces/v1/pieces/{piece['id']}/control",
            json=body,
            headers=self._headers | {"If-Match": piece["etag"]},
            timeout=TIMEOUT,
        )
        assert answer.ok, answer.text
        return answer

    def publishes(self, candidature: str, kind: str, title: str) -> None:
        order = {"type": kind, "title": title, "paragraphs": ["Vous trouverez ici ce que nous avons à vous dire."]}
        answer = requests.post(
            f"{self._api}/documents/v1/publications",
            json=order | {"candidatures": [candidature]},
            headers=self._headers,
            timeout=TIMEOUT,
        )
        assert answer.status_code == 202, answer.text
