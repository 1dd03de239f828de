"""A member of staff who corrects a candidature."""

from typing import Any

from flask import Flask

from tests.registrations.service.candidate_client import (
    STAFF_SCOPES,
    Answer,
    Desk,
)


class Corrector(Desk):
    """A member of staff who corrects one candidature."""

    def __init__(
        self, app: Flask, saved: str, *scopes: str, name: str = "agent", academie: str = "03"
    ) -> None:
        super().__init__(app, academie, scopes=scopes or STAFF_SCOPES, name=name)
        self.candidature_id = saved
        self.draft_id = ""

    def start(self) -> int:
        answer = self.call("POST", f"/staff/candidatures/{self.candidature_id}/correction")
        self.draft_id = answer.json.get("id", self.draft_id)
        return answer.status_code

    def tab(self, number: int) -> dict[str, Any]:
        return dict(self.call("GET", f"/drafts/{self.draft_id}/tabs/{number}").json)

    def write(
        self, number: int, values: dict[str, Any], revision: int = 1, **besides: str
    ) -> Answer:
        body = {"revision": revision, "values": values, "action": "next", **besides}
        return self.call("PUT", f"/drafts/{self.draft_id}/tabs/{number}", **body)

    def save(
        self, revision: int = 2, reason: str = "Adresse rectifiée", *overridden: str
    ) -> Answer:
        body = {"revision": revision, "reason": reason, "overridden": overridden}
        return self.call("POST", f"/staff/corrections/{self.draft_id}/save", **body)
