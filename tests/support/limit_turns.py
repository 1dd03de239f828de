"""Who gets a turn of a limit, in which order."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from services.chassis.errors import Unavailable
from services.chassis.process.places import Limit
from tests.support.processes import wait_until

PATIENT = 90.0


def limit(running: int, waiting: int, **options: Any) -> Limit:
    return Limit("tested", running, waiting, **{"seconds": PATIENT, **options})


class Recorded:
    """`turns` are the owners in the order of their turns, `refused` those that got none."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.turns: list[str] = []
        self.refused: list[str] = []

    @contextmanager
    def asked(self, owner: str) -> Iterator[threading.Event]:
        """The owner waits, or has its turn until the event is set or the block ends."""
        over = threading.Event()
        thread = threading.Thread(target=self._ask, args=(owner, over), daemon=True)
        before = self._heard()
        thread.start()
        wait_until(lambda: self._heard() > before, PATIENT, "it has asked")
        try:
            yield over
        finally:
            over.set()

    def _heard(self) -> int:
        return len(self.turns) + self.limit.waiting + len(self.refused)

    def _ask(self, owner: str, over: threading.Event) -> None:
        try:
            with self.limit.place(owner):
                self.turns.append(owner)
                over.wait(PATIENT)
        except Unavailable:
            self.refused.append(owner)

    def has_turns(self, *owners: str) -> None:
        wait_until(lambda: self.turns == list(owners), PATIENT, f"turns of {owners}")
