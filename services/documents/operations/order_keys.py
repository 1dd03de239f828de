"""The Idempotency-Key of an order: under the same one, a caller's order given again is not carried out twice."""

from __future__ import annotations

import hashlib

from services.chassis.errors import Conflict
from services.contracts import problem_types


def id_under_key(*parts: str) -> str:
    """The id of what is ordered under a key: the same for the same caller, key, and whatever else is given."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:32]


def key_already_used() -> Conflict:
    """Of a key under which its caller ordered something else before."""
    detail = "Cette clé (Idempotency-Key) a déjà servi à une autre publication : donnez-en une nouvelle."
    return Conflict(detail, problem=problem_types.KEY_ALREADY_USED)
