"""Two people doing the same thing at the same moment: who lost the race tries again and finds what the other wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

Result = TypeVar("Result")
TRIES = 3


def until_alone(operation: Callable[[], Result]) -> Result:
    """Run `operation`, a whole transaction, again where a unique row was added meanwhile; a third time is an error."""
    for _ in range(TRIES - 1):
        try:
            return operation()
        except IntegrityError:
            continue
    return operation()
