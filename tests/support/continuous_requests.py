"""Requests repeated in threads while something is disturbed, and a count of their answers."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.support.processes import wait_until


@dataclass
class ContinuousRequests:
    """`pause`: seconds between two of one thread. `answers` counts statuses (with the end of what was refused) and
    errors."""

    pause: float = 0.0
    answers: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def under_way(self, *asks: Callable[[], requests.Response]) -> Iterator[None]:
        threads = [threading.Thread(target=self._ask, args=(ask,), daemon=True) for ask in asks]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join()

    def wait_for(self, number: int, seconds: float) -> None:
        until = self.answers.total() + number
        wait_until(lambda: self.answers.total() >= until, seconds, f"{number} more answers")

    def _ask(self, ask: Callable[[], requests.Response]) -> None:
        while not self._over.wait(self.pause):
            try:
                answer = ask()
                self.answers[f"{answer.status_code} {'' if answer.ok else answer.text[-300:]}".strip()] += 1
            except requests.RequestException as error:
                self.answers[repr(error)] += 1
