"""What a service said last, for the time in which it says nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Generic, TypeVar

from gateway.clients.page_time import optional
from services.chassis.errors import Unavailable
from services.chassis.process.expiring_cache import Remembered

Value = TypeVar("Value")
LIFE_SECONDS = 24 * 3600.0
AT_MOST = 500


class LastKnown(Generic[Value]):
    """Each answer by what was asked. It is only given while the service is away: else the service is asked anew."""

    def __init__(self) -> None:
        self._answers: Remembered[Value] = Remembered(seconds=LIFE_SECONDS, at_most=AT_MOST)

    def or_new(self, asked: str, ask: Callable[[], Value], *, is_worth_it: Callable[[Value], bool]) -> Value:
        """`is_worth_it` says which answers are remembered. Raises Unavailable where none is."""
        known = self._answers.get(asked)
        try:
            with nullcontext() if known is None else optional():
                answer = ask()
        except Unavailable:
            if known is None:
                raise
            return known
        if is_worth_it(answer):
            self._answers.put(asked, answer)
        return answer
