"""The owner of a form in a page: the id of the candidate or member of staff, encrypted in a hidden field of the form.

So what was typed is kept for this person only, even if the browser has lost the session cookie (logged out in
another window, cookies cleared).
"""

from __future__ import annotations

from flask import Flask, request
from markupsafe import Markup

from gateway.pages import is_for_staff
from gateway.seal import current_seal
from gateway.sessions import staff_member, visitor

FIELD_NAME = "titulaire"
LIFE_SECONDS = 36 * 3600


def owner_field() -> Markup:
    """The hidden field for a form of the current candidate, or member of staff in « Espace de gestion »; nothing for
    nobody. A global of templates."""
    people = staff_member if is_for_staff() else visitor
    owner = people.current_if_accounts_answers()
    if owner is None:
        return Markup()
    sealed = current_seal().seal_text(owner.subject, FIELD_NAME)
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD_NAME, sealed)


def owner_of_posted_form() -> str | None:
    """The person's id in the posted form; None where it is missing, too old or not encrypted by us."""
    sealed = request.form.get(FIELD_NAME)
    return current_seal().unseal_text(sealed, FIELD_NAME, life_seconds=LIFE_SECONDS) if sealed else None


def register(app: Flask) -> None:
    app.jinja_env.globals["owner_field"] = owner_field
