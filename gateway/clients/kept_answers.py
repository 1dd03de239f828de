"""Answers of services that are kept: for use while the service does not answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Generic, TypeVar
from urllib.parse import urlencode

from gateway.clients.base import ServiceClient, optional_calls
from services.chassis.errors import Unavailable
from services.chassis.process.kept_results import ExpiringCache
from services.contracts.api.openings import HomeMessage, Selection, list_messages, read_choices
from services.contracts.registration_rules import Purpose

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


class Openings:
    """What everyone reads of registrations, with the last known answers while it does not answer."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http
        self._messages: LastKnownAnswers[list[HomeMessage]] = LastKnownAnswers()
        self._openings: LastKnownAnswers[Selection] = LastKnownAnswers()

    def messages(self) -> list[HomeMessage]:
        """Those to show now."""
        return self._messages.fresh_or_last_known(
            "", lambda: self._http.call(list_messages), is_worth_keeping=lambda _: True
        )

    def choices(self, chosen: Mapping[str, str]) -> Selection:
        """What « Ouverture des services » offers once domaine, exam, session, academie are chosen, as far as they are.
        Choices that do not exist are not kept."""
        return self._openings.fresh_or_last_known(
            urlencode(chosen),
            lambda: self._http.call(read_choices, query={"purpose": Purpose.CONSULT.value, **chosen}),
            is_worth_keeping=lambda choices: len(choices.steps) == len(chosen),
        )
