"""Two requests that insert the same row at the same moment: the one that fails runs again and finds the other's row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

Result = TypeVar("Result")
TRIES = 3


def retry_on_integrity_error(operation: Callable[[], Result]) -> Result:
    """Run `operation`, a whole transaction, again where a unique row was added meanwhile.

    Raises IntegrityError at the third failure.
    """
    for _ in range(TRIES - 1):
        try:
            return operation()
        except IntegrityError:
            continue
    return operation()
