"""The signed identity that accounts hands out for one audience and a minute: verified here, never logged."""

from __future__ import annotations

from typing import Any

from services.chassis.errors import Forbidden
from services.chassis.tokens import KeyOf, verified


def verified_identity(assertion: str, key_of: KeyOf, *, audience: str, subject: str) -> dict[str, Any]:
    """The identity's data. Raises Unauthenticated when the assertion is not good, Forbidden when it is another's."""
    claims = verified(assertion, key_of, audience=audience)
    if claims["sub"] != subject:
        raise Forbidden()
    identity: dict[str, Any] = claims["identity"]
    return identity
