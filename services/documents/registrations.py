"""Asks registrations for a saved version, where its event has not come yet or the candidate cannot wait."""

from __future__ import annotations

import structlog

from services.chassis.errors import Unavailable
from services.chassis.http.client import Client, ProblemAnswer, path
from services.chassis.http.service_token import ServiceToken
from services.contracts.base import ContractError
from services.contracts.registrations import RegistrationSaved
from services.documents.domain.identifiers import is_id

log = structlog.get_logger()

CURRENT = "current"
# Someone waits for his document: better to answer with what we know than to wait long.
_PATIENCE_SECONDS = 5.0


class Registrations:
    """The one question that documents may put to registrations."""

    def __init__(self, client: Client, token: ServiceToken) -> None:
        self._client = client
        self._token = token

    def version(self, candidature_id: str, version: int | None) -> RegistrationSaved | None:
        """The event of that version (None: the current one), or None if there is no such active candidature.

        Raises Unavailable when registrations does not answer, or not as agreed.
        """
        if not is_id(candidature_id):  # nothing that a path understands may get into one
            return None
        wanted = path("/v1/candidatures/{}/versions/{}", candidature_id, CURRENT if version is None else version)
        try:
            answer = self._client.get(wanted, token=self._token, seconds=_PATIENCE_SECONDS)
        except ProblemAnswer as refusal:
            if refusal.http_status == 404:
                return None
            raise Unavailable("Un service du portail a répondu de façon inattendue.") from refusal
        try:
            return RegistrationSaved.from_data(answer["data"])
        except (ContractError, KeyError, TypeError) as error:
            log.error("version_unreadable", candidature_id=candidature_id, reason=type(error).__name__)
            raise Unavailable("Un service du portail a répondu de façon inattendue.") from error
