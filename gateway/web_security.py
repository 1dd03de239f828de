"""Protection of every page: checks of the Host header, of cross-site posts (CSRF), of posted files
and of access to /metrics; the security headers."""

import hmac
from functools import partial

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest, NotFound, UnsupportedMediaType

from gateway.settings import GatewaySettings
from services.chassis.errors import Forbidden
from services.chassis.process.probe import HEALTH_PATHS
from services.chassis.settings import LOOPBACK
from services.contracts import problem_types

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FILE_FORM_ENDPOINTS = frozenset(
    {"justificatifs.deposit", "gestion.send_import_file", "gestion.compare_catalogue"}
)
"""The forms that may post files."""
WHAT_PAGES_LOAD = (
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


def content_security_policy(*more: str) -> str:
    """The header's value: what every page may load, and `more` directives of a single one («
    media-src 'self' »)."""
    return "; ".join((*WHAT_PAGES_LOAD, *more))


SECURITY_HEADERS = {
    "Content-Security-Policy": content_security_policy(),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self)",
}
"""Of every answer."""


class ForeignPost(Forbidden):
    """A post that does not come from one of our own pages (CSRF)."""

    problem = problem_types.FOREIGN_ORIGIN


def register(app: Flask, settings: GatewaySettings) -> None:
    def check_host() -> None:
        if request.path not in HEALTH_PATHS and request.host not in settings.hosts:
            raise BadRequest("Hôte inconnu.")

    def check_origin() -> None:
        """By Sec-Fetch-Site, else by Origin. Forms need no token, so that a page can be sent
        however old it is."""
        if request.method in SAFE_METHODS or request.path.startswith("/api/"):
            return
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if not request.cookies and site is None and origin is None:
            return  # not a browser: no cookie of a visitor could be abused
        by_origin = origin is not None and origin.rstrip("/") == settings.public_url.rstrip("/")
        if not (by_origin if site is None else site in ("same-origin", "none")):
            raise ForeignPost(
                "Pour votre sécurité, reprenez cette action depuis une page du portail."
            )

    def add_headers(response: Response) -> Response:
        headers = response.headers
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        if settings.https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

    app.before_request(check_host)
    app.before_request(partial(check_metrics_access, settings.metrics_token))
    app.before_request(refuse_unexpected_files)
    app.before_request(check_origin)
    app.after_request(add_headers)


def refuse_unexpected_files() -> None:
    """On every page but those, before any of the body is read. Raises UnsupportedMediaType."""
    if request.mimetype.startswith("multipart/") and request.endpoint not in FILE_FORM_ENDPOINTS:
        raise UnsupportedMediaType("Cette page ne reçoit pas de fichier.")


def check_metrics_access(token: str) -> None:
    """/metrics requires the token, or a request from this machine that no proxy has forwarded.
    Raises NotFound."""
    if request.endpoint != "metrics":
        return
    sent = request.headers.get("Authorization", "")
    bears_token = bool(token) and hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())
    if not bears_token and (
        "X-Forwarded-For" in request.headers or request.remote_addr not in LOOPBACK
    ):
        raise NotFound()
