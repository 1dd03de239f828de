"""A file on its way from a service to a browser, passed on as it comes."""

from __future__ import annotations

from typing import Any

from flask import Response

from services.chassis.http.connections import Answer

CHUNK = 64 * 1024
PASSED_ON = (
    "Content-Type",
    "Content-Length",
    "Content-Disposition",
    "Content-Security-Policy",
    "ETag",
    "X-Portail-Scan",
)


def passed_on(answer: Answer) -> Response:
    """The service's answer, streamed, with those of its headers that concern the browser."""
    headers: dict[str, Any] = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
    headers["Cache-Control"] = "no-store"
    response = Response(answer.iter_content(CHUNK), status=answer.status_code, headers=headers)
    response.call_on_close(answer.close)
    return response
