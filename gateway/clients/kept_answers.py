"""Answers of services that are kept: for use while the service does not answer."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

from gateway.clients.base import ServiceClient, optional_calls
from services.chassis.errors import Unavailable
from services.chassis.process.kept_results import ExpiringCache
from services.contracts.api.openings import HomeMessage, Selection, list_messages, read_choices
from services.contracts.api.operation import Answer, Operation
from services.contracts.registration_rules import Purpose

LIFE_SECONDS = 24 * 3600.0
MAX_ANSWERS = 500


class Openings:
    """What everyone reads of registrations. It is always asked; while it does not answer, its last answer of the day is
    used."""

    def __init__(self, http: ServiceClient) -> None:
        self._http = http
        self._answers: ExpiringCache[Any] = ExpiringCache(seconds=LIFE_SECONDS, at_most=MAX_ANSWERS)

    def messages(self) -> list[HomeMessage]:
        """Those to show now."""
        return self._fresh_or_last_known(list_messages, {}, lambda _: True)

    def choices(self, chosen: Mapping[str, str]) -> Selection:
        """What « Ouverture des services » offers once domaine, exam, session, academie are chosen, as far as they are.
        Choices that do not exist are not kept."""
        query = {"purpose": Purpose.CONSULT.value, **chosen}
        return self._fresh_or_last_known(read_choices, query, lambda choices: len(choices.steps) == len(chosen))

    def _fresh_or_last_known(
        self, operation: Operation[Answer], query: Mapping[str, str], is_worth_keeping: Callable[[Answer], bool]
    ) -> Answer:
        """Raises Unavailable without either."""
        question = f"{operation.path}?{urlencode(query)}"
        known: Answer | None = self._answers.get(question)
        try:
            with nullcontext() if known is None else optional_calls():
                answer = self._http.call(operation, query=query)
        except Unavailable:
            if known is None:
                raise
            return known
        if is_worth_keeping(answer):
            self._answers.put(question, answer)
        return answer
