"""What protects every page: the Host answered, where a post may come from, and what browsers may do with the answer."""

from __future__ import annotations

import hmac
from functools import partial

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, NotFound, UnsupportedMediaType

from gateway.settings import GatewaySettings
from services.chassis.errors import Forbidden
from services.chassis.settings import LOOPBACK
from services.contracts import problem_types

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TAKES_FILES = "justificatifs.deposit"
"""The endpoint of the one form with files."""
HOST_FREE = ("/health/", "/metrics")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the design system's icons are data: URLs
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Of every answer: what browsers may do with it."""


class ForeignPost(Forbidden):
    """An unsafe request that does not come from one of our own pages."""

    problem = problem_types.FOREIGN_ORIGIN


def register(app: Flask, settings: GatewaySettings) -> None:
    def check_host() -> None:
        if not request.path.startswith(HOST_FREE) and request.host not in settings.hosts:
            raise BadRequest("Hôte inconnu.")

    def check_origin() -> None:
        if request.method in SAFE_METHODS or request.path.startswith("/api/"):
            return
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if not request.cookies and site is None and origin is None:
            return  # no browser: it has nothing of a visitor's to abuse
        if not comes_from_us(site, origin, settings):
            raise ForeignPost("Pour votre sécurité, reprenez cette action depuis une page du portail.")

    def add_headers(response: Response) -> Response:
        headers = response.headers
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if settings.https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

    app.before_request(check_host)
    app.before_request(partial(check_monitor, settings.metrics_token))
    app.before_request(refuse_files)
    app.before_request(check_origin)
    app.after_request(add_headers)


def refuse_files() -> None:
    """Of all pages but one, before anything of it is read. Raises UnsupportedMediaType."""
    if request.mimetype.startswith("multipart/") and request.endpoint != TAKES_FILES:
        raise UnsupportedMediaType("Cette page ne reçoit pas de fichier.")


def check_monitor(token: str) -> None:
    """Metrics are for whoever bears the token, or is on this machine and came through no proxy, which would speak for
    others. Raises NotFound."""
    if request.endpoint != "metrics":
        return
    sent = request.headers.get("Authorization", "")
    bears_token = bool(token) and hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())
    if not bears_token and ("X-Forwarded-For" in request.headers or request.remote_addr not in LOOPBACK):
        raise NotFound()


def comes_from_us(fetch_site: str | None, origin: str | None, settings: GatewaySettings) -> bool:
    """Browsers say where a post comes from; where they say nothing, Origin must be ours. No token, so no stale page."""
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    return origin is not None and origin.rstrip("/") == settings.public_url.rstrip("/")
