"""An HTTP server that stands in for what documents calls: accounts (a token) and registrations (a saved version)."""

from __future__ import annotations

import threading
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from services.contracts.registrations import RegistrationSaved


class RegistrationsStub:
    """Holds events by candidature and version. `down` makes it answer 503; `token` is issued, `believed` are
    accepted."""

    def __init__(self) -> None:
        self.events: dict[tuple[str, str], RegistrationSaved] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.down = False
        self.token = "service-token"
        self.believed = {"service-token"}
        app = Flask(__name__)
        app.post("/v1/tokens")(self._token)
        app.get("/v1/candidatures/<candidature_id>/versions/<version>")(self._version)
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def saves(self, event: RegistrationSaved) -> RegistrationSaved:
        """Registrations has saved this version: it is the current one from now on."""
        for version in (str(event.version), "current"):
            self.events[event.candidature_id, version] = event
        return event

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _token(self) -> Response:
        return jsonify(access_token=self.token, expires_in=60)

    def _version(self, candidature_id: str, version: str) -> Any:
        self.asked.append((candidature_id, version, request.headers.get("Authorization", "")))
        if self.down:
            return _problem("indisponible", 503)
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.believed:
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
