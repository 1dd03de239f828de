"""Requests repeated in threads while something is disturbed, and a count of their answers."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial

import requests

from tests.support.processes import wait_until


@contextmanager
def in_threads(over: threading.Event, *acts: Callable[[], object]) -> Iterator[None]:
    """Each act in a thread of its own; at the end of the block `over` is set, and what they have
    begun waited for."""
    threads = [threading.Thread(target=act, daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@dataclass
class ContinuousRequests:
    """`pause`: seconds between two of one thread. `answers` counts statuses (with the end of what
    was refused) and errors."""

    pause: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)

    def under_way(self, *asks: Callable[[], requests.Response]) -> AbstractContextManager[None]:
        return in_threads(self._over, *(partial(self._ask, ask) for ask in asks))

    def wait_for(self, number: int, seconds: float) -> None:
        until = self.answers.total() + number
        wait_until(lambda: self.answers.total() >= until, seconds, f"{number} more answers")

    def _ask(self, ask: Callable[[], requests.Response]) -> None:
        while not self._over.wait(self.pause):
            try:
                answer = ask()
                self.answers[
                    f"{answer.status_code} {'' if answer.ok else answer.text[-300:]}".strip()
                ] += 1
            except requests.RequestException as error:
                self.answers[repr(error)] += 1
