"""Whether the sealing keys in force open the stored second factors: part of the readiness answer."""

from __future__ import annotations

import time

from services.accounts.queries.staff import all_staff

RECHECK_SECONDS = 60.0


class SecondFactorsCheck:
    """Shows a wrong sealing key at the service's start. It only informs: accounts still serves candidates.

    All second factors are opened once every `RECHECK_SECONDS`.
    """

    def __init__(self) -> None:
        self._checked_until = float("-inf")
        self._problem: str | None = None

    def problem(self) -> str | None:
        """How many cannot be opened, in words; None where all can."""
        if time.monotonic() >= self._checked_until:
            unopened = sum(not member.second_factor for member in all_staff())
            self._problem = f"{unopened} not opened by any key" if unopened else None
            self._checked_until = time.monotonic() + RECHECK_SECONDS
        return self._problem
