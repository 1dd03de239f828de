"""When a server has failed several times in a row, whoever needs it is told at once for a while."""

from __future__ import annotations

from pybreaker import CircuitBreaker

FAILURES = 3
PAUSE_SECONDS = 5.0


def breaker(failure: type[Exception]) -> CircuitBreaker:
    """Opens for PAUSE_SECONDS after FAILURES errors of this kind. Use `with breaker.calling():`, which holds no lock
    meanwhile (`call` does). Raises CircuitBreakerError while it is open."""
    return CircuitBreaker(
        fail_max=FAILURES,
        reset_timeout=PAUSE_SECONDS,
        exclude=[lambda error: not isinstance(error, failure)],
        throw_new_error_on_trip=False,
    )
