"""Streams files from a service to the browser, without buffering them here."""

from typing import Any

from flask import Response

from services.chassis.http.sessions import Answer

CHUNK_BYTES = 64 * 1024
PASSED_HEADERS = (
    "Content-Type",
    "Content-Length",
    "Content-Disposition",
    "Content-Security-Policy",
    "ETag",
)


def streamed_response(answer: Answer) -> Response:
    """The service's answer, streamed, with the headers that concern the browser."""
    headers: dict[str, Any] = {name: answer.headers[name] for name in PASSED_HEADERS if name in answer.headers}
    headers["Cache-Control"] = "no-store"
    response = Response(answer.iter_content(CHUNK_BYTES), status=answer.status_code, headers=headers)
    response.call_on_close(answer.close)
    return response
