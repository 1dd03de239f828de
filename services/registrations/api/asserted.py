"""The identity that the gateway fetched from accounts and passes on, verified and read."""

from __future__ import annotations

from flask import current_app

from services.chassis.access import caller
from services.chassis.errors import Unauthenticated
from services.chassis.identity import verified_identity
from services.contracts.accounts import Identity
from services.contracts.base import ContractError, read

AUDIENCE = "registrations"


def asserted_identity(assertion: str) -> Identity:
    """The caller's identity. Raises Unauthenticated when the assertion is not good, Forbidden when it is another's."""
    key_of = current_app.extensions["portail.keys"]
    data = verified_identity(assertion, key_of, audience=AUDIENCE, subject=caller().id)
    try:
        return read(Identity, data)
    except ContractError as error:
        raise Unauthenticated("L'identité transmise ne peut pas être lue.") from error
