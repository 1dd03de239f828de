"""Forms that ask a candidate for the password again, for one act; and « Confirmer avec
FranceConnect », which takes its place for who has come so (web/compte/connexion.py). Accounts keeps
with the session what was confirmed."""

import json

from flask import Flask, request, url_for

from gateway.seal import current_seal
from gateway.sessions import visitor
from services.contracts.api.sign_in import FRANCECONNECT

CONFIRMATION = "confirmation"
"""Field of a form whose act is confirmed."""
CONFIRMED = f"?fait={CONFIRMATION}"
"""With which the browser comes back to its page."""
LINK_SECONDS = 12 * 3600


def register(app: Flask) -> None:
    """For components/password_again.html."""
    app.jinja_env.globals.update(confirmation_link=confirmation_link, is_confirmed=is_confirmed)


def confirmation_link(act: str) -> str | None:
    """Where this act of the page is confirmed, for who has come by FranceConnect."""
    if visitor.required().provider != FRANCECONNECT:
        return None
    asked = current_seal().seal_text(json.dumps([act, request.path]), CONFIRMATION)
    return url_for("compte.confirm_with_franceconnect", demande=asked)


def asked_to_confirm() -> tuple[str, str] | None:
    """The act, and the path of its page, of such a link; None for one that no page of ours has had
    lately."""
    asked = current_seal().unseal_text(
        request.args.get("demande", ""), CONFIRMATION, life_seconds=LINK_SECONDS
    )
    return tuple(json.loads(asked)) if asked else None


def is_confirmed() -> bool:
    """Whether the browser has just come back to this page."""
    return request.args.get("fait") == CONFIRMATION


def given_again() -> dict[str, str]:
    """Of the posted form: the password, or the session in which its act is confirmed."""
    session = visitor.session_cookie() if CONFIRMATION in request.form else None
    return {"current_password": request.form.get("current_password", ""), "session": session or ""}
