"""Whose form a page is, sealed in the form itself: a browser that has lost its cookie (logged out in another window,
cleared by its owner) still has what was typed kept for its candidate, and for nobody else."""

from __future__ import annotations

from flask import Flask, current_app, request
from markupsafe import Markup

from gateway import visitor
from gateway.seal import Seal

FIELD = "titulaire"
LIFE_SECONDS = 36 * 3600


def owner_field() -> Markup:
    """A hidden field for a candidate's form; nothing for a visitor."""
    owner = visitor.if_known()
    if owner is None:
        return Markup()
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, _seal().close_text(owner.subject, FIELD))


def owner_of_post() -> str | None:
    """The candidate to whom the posted form was given; None where it does not say so credibly."""
    sealed = request.form.get(FIELD)
    return _seal().open_text(sealed, FIELD, life_seconds=LIFE_SECONDS) if sealed else None


def register(app: Flask) -> None:
    app.jinja_env.globals["owner_field"] = owner_field


def _seal() -> Seal:
    seal: Seal = current_app.extensions["seal"]
    return seal
