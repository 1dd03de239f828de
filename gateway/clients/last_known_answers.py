"""Keeps the last answers of a service, for use while the service does not answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Generic, TypeVar

from gateway.clients.page_time_limit import optional_calls
from services.chassis.errors import Unavailable
from services.chassis.process.expiring_cache import ExpiringCache

Value = TypeVar("Value")
LIFE_SECONDS = 24 * 3600.0
MAX_ANSWERS = 500


class LastKnownAnswers(Generic[Value]):
    """Answers by question, kept for a day. The service is always called; a kept answer is used only if that fails."""

    def __init__(self) -> None:
        self._answers: ExpiringCache[Value] = ExpiringCache(seconds=LIFE_SECONDS, at_most=MAX_ANSWERS)

    def fresh_or_last_known(
        self, question: str, ask: Callable[[], Value], *, is_worth_keeping: Callable[[Value], bool]
    ) -> Value:
        """The new answer (kept where `is_worth_keeping`), else the last known. Raises Unavailable without either."""
        known = self._answers.get(question)
        try:
            with nullcontext() if known is None else optional_calls():
                answer = ask()
        except Unavailable:
            if known is None:
                raise
            return known
        if is_worth_keeping(answer):
            self._answers.put(question, answer)
        return answer
