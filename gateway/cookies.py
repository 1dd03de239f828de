"""The gateway's own cookies: their names, reading, setting and deleting them.

Scripts cannot read them (HttpOnly), and browsers do not send them with posts of other sites
(SameSite=Lax).
"""

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.http import dump_cookie
from werkzeug.wrappers import Response

from gateway.settings import GatewaySettings

SESSION_COOKIE = "session"
STAFF_SESSION_COOKIE = "gestion"
DEVICE_COOKIE = "appareil"
"""Of a browser that has logged in before."""
ADDRESS_COOKIE = "adresse"
"""Of the account that this browser has just asked for: encrypted, the id of the creation, its mail
address and what was typed besides passwords; deleted when its owner logs in."""

PROVIDER_COOKIE = "fournisseur"
"""Of a browser that signs in with FranceConnect or ProConnect: encrypted, what accounts gave it for
its return, and the page that it wanted."""


def cookie_name(settings: GatewaySettings, name: str) -> str:
    """`__Host-` on https; on http a name with the port, since cookies ignore ports and two portals
    may run."""
    if settings.https:
        return f"__Host-{name}"
    return f"{name}-{urlsplit(settings.public_url).port or 80}"


def read_cookie(name: str) -> str | None:
    return request.cookies.get(cookie_name(_settings(), name))


def set_cookie(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    """`max_age` in seconds; None: the cookie ends with the browser."""
    settings = _settings()
    cookie = dump_cookie(
        cookie_name(settings, name),
        value,
        max_age=max_age,
        path="/",
        secure=settings.https,
        httponly=True,
        samesite="Lax",
        sync_expires=False,  # a date would be compared with the visitor's clock
    )
    response.headers.add("Set-Cookie", cookie)


def delete_cookie(response: Response, name: str) -> None:
    set_cookie(response, name, "", 0)


def _settings() -> GatewaySettings:
    settings: GatewaySettings = current_app.extensions["portail"]
    return settings
