"""How long services wait for each other in tests, and the waiting times of another role."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.chassis.process.time_limits import TimeLimits, set_role, time_limits

PAGE_SECONDS = 30.0  # a busy machine is not a hung service


@contextmanager
def limited_to(limits: TimeLimits) -> Iterator[None]:
    """This process waits as `limits` say; afterwards as before."""
    before = time_limits()
    set_role(limits)
    try:
        yield
    finally:
        set_role(before)
