"""What everyone reads of registrations, with the last known answers while it does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from gateway.clients.base import ServiceClient
from gateway.clients.last_known_answers import LastKnownAnswers
from services.contracts.api.openings import HomeMessage, Selection, list_messages, read_choices
from services.contracts.registration_codes import Purpose


class Openings:
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
