"""The account: creating and activating it, logging in and out, changing and deleting it (guide §3 and §4)."""

from flask import Blueprint

blueprint = Blueprint("compte", __name__)
"""Contains, encrypted, the id of the requested creation and its mail address; deleted when its owner logs in."""

from gateway.web.compte import (  # noqa: E402,F401 - they add their routes
    account_form,
    activation,
    adresse,
    annulation,
    connexion,
    creation,
    modification,
    mot_de_passe,
    session,
    suppression,
)
