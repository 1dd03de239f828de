"""The waiting times of another role, for as long as a test needs them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from services.chassis.process.capacity import TimeLimits, set_role, time_limits


@contextmanager
def limited_to(limits: TimeLimits) -> Iterator[None]:
    """This process waits as `limits` say; afterwards as before."""
    before = time_limits()
    set_role(limits)
    try:
        yield
    finally:
        set_role(before)
