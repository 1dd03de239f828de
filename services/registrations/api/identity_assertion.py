"""Verifies and reads the identity that the gateway got from accounts and passes on; never logged."""

from __future__ import annotations

from flask import current_app

from services.chassis.errors import Forbidden, Unauthenticated
from services.chassis.web.access import caller
from services.chassis.web.access_tokens import verified
from services.contracts.accounts import Identity
from services.contracts.base import ContractError, read

AUDIENCE = "registrations"


def asserted_identity(assertion: str) -> Identity:
    """The caller's identity. Raises Unauthenticated if the assertion is invalid, Forbidden if it is of another."""
    claims = verified(assertion, current_app.extensions["portail.keys"], audience=AUDIENCE)
    if claims["sub"] != caller().id:
        raise Forbidden()
    try:
        return read(Identity, claims["identity"])
    except ContractError as error:
        raise Unauthenticated("L'identité transmise ne peut pas être lue.") from error
