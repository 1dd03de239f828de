"""An HTTP server that stands in for what documents calls: accounts (a token) and registrations (a saved version)."""

from typing import Any

from flask import Flask, Response, jsonify, request

from services.contracts.registrations import RegistrationSaved
from tests.support.app_server import AppServer


class RegistrationsStub:
    """Holds events by candidature and version. `is_down` makes it answer 503; `token` is the one that it issues."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, str], RegistrationSaved] = {}
        self.requests: list[tuple[str, str, str]] = []
        self.is_down = False
        self.token = "service-token"
        app = Flask(__name__)
        app.post("/v1/tokens")(self._token)
        app.get("/v1/candidatures/<candidature_id>/versions/<version>")(self._version)
        self._server = AppServer(app)
        self.url = self._server.url

    def set_current(self, event: RegistrationSaved) -> RegistrationSaved:
        """Answer with this event for its version and for the current version from now on."""
        for version in (str(event.version), "current"):
            self.events[event.candidature_id, version] = event
        return event

    def stop(self) -> None:
        self._server.stop()

    def _token(self) -> Response:
        return jsonify(access_token=self.token, expires_in=60)

    def _version(self, candidature_id: str, version: str) -> Any:
        self.requests.append((candidature_id, version, request.headers.get("Authorization", "")))
        if self.is_down:
            return _problem("indisponible", 503)
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return _problem("non-identifie", 401)
        event = self.events.get((candidature_id, version))
        if event is None:
            return _problem("introuvable", 404)
        return jsonify(event_id="e" * 32, data=event.to_data())


def _problem(slug: str, status: int) -> Response:
    response = jsonify(type=f"/problems/{slug}", title=slug, status=status, detail="")
    response.status_code = status
    response.content_type = "application/problem+json"
    return response
