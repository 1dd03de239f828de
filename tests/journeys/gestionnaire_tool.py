"""A gestionnaire's tool: calls of the staff API with the demonstration token, as in README."""

from collections.abc import Mapping
from typing import Any

import requests

from services.contracts.api.uploads import TUS_VERSION, UPLOAD_PART_TYPE
from tests.documents.imports.exam_office import NEW
from tests.support.running_portal import RunningPortal

TIMEOUT = 20


class GestionnaireTool:
    def __init__(self, portal: RunningPortal, role: str = "staff") -> None:
        self._api = f"{portal.url}/api"
        self._headers = {"Authorization": f"Bearer {portal.token(role)}"}

    def pieces(self, candidature: str) -> dict[str, dict[str, Any]]:
        """By code."""
        listed = self._call(
            "GET", "pieces/v1/pieces", params={"candidature": candidature, "limit": "50"}
        )
        return {piece["code"]: piece for piece in listed.json()["items"]}

    def controls(self, candidature: str, code: str, status: str, **more: Any) -> requests.Response:
        piece = self.pieces(candidature)[code]
        deposit = piece["deposit"]
        body = {"deposit_id": deposit["id"] if deposit else None, "status": status, **more}
        return self._call(
            "POST",
            f"pieces/v1/pieces/{piece['id']}/control",
            {"If-Match": piece["etag"]},
            json=body,
        )

    def publishes(self, candidature: str, kind: str, title: str) -> None:
        order = {
            "type": kind,
            "title": title,
            "paragraphs": ["Vous trouverez ici ce que nous avons à vous dire."],
        }
        answer = self._call(
            "POST", "documents/v1/publications", json=order | {"candidatures": [candidature]}
        )
        assert answer.status_code == 202, answer.text

    def numero_candidat(self, email: str) -> str:
        answer = self._call("GET", "registrations/v1/staff/candidatures", params={"text": email})
        return str(answer.json()["candidatures"][0]["numero_candidat"])

    def sends_pdfs(self, archive: bytes) -> str:
        """The import that waits for the check of what is in the archive."""
        new = self._call("POST", "documents/v1/imports", json={**NEW, "source": "pdf"}).json()["id"]
        headers = {"Tus-Resumable": TUS_VERSION, "Upload-Length": str(len(archive))}
        begun = self._call("POST", f"documents/v1/imports/{new}/uploads", headers)
        upload = begun.headers["Location"].rpartition("/")[2]
        sent = {
            "Tus-Resumable": TUS_VERSION,
            "Upload-Offset": "0",
            "Content-Type": UPLOAD_PART_TYPE,
        }
        self._call("PATCH", f"documents/v1/uploads/{upload}", sent, data=archive)
        taken = self._call("POST", f"documents/v1/imports/{new}/files", json={"uploads": [upload]})
        assert taken.status_code == 202, taken.text
        return str(new)

    def reads_import(self, import_id: str) -> dict[str, Any]:
        return dict(self._call("GET", f"documents/v1/imports/{import_id}").json())

    def _call(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **sent: Any
    ) -> requests.Response:
        url = f"{self._api}/{path}"
        answer = requests.request(
            method, url, headers=self._headers | dict(headers or {}), timeout=TIMEOUT, **sent
        )
        assert answer.ok, answer.text
        return answer
