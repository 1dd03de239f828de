"""Client of registrations: reads a saved version whose event has not arrived here yet."""

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
# A person is waiting for the document: answering with what is known here is better than waiting long.
_TIMEOUT_SECONDS = 5.0


class RegistrationsClient:
    """The single call that documents makes to registrations."""

    def __init__(self, client: Client, token: ServiceToken) -> None:
        self._client = client
        self._token = token

    def version(self, candidature_id: str, version: int | None) -> RegistrationSaved | None:
        """The event of that version (None: the current one), or None if there is no such active candidature.

        Raises Unavailable when registrations does not answer, or not as agreed.
        """
        if not is_id(candidature_id):  # nothing with a meaning in a path may get into one
            return None
        url_path = path("/v1/candidatures/{}/versions/{}", candidature_id, CURRENT if version is None else version)
        try:
            answer = self._client.get(url_path, token=self._token, seconds=_TIMEOUT_SECONDS)
        except ProblemAnswer as problem:
            if problem.http_status == 404:
                return None
            raise Unavailable("Un service du portail a répondu de façon inattendue.") from problem
        try:
            return RegistrationSaved.from_data(answer["data"])
        except (ContractError, KeyError, TypeError) as error:
            log.error("version_unreadable", candidature_id=candidature_id, reason=type(error).__name__)
            raise Unavailable("Un service du portail a répondu de façon inattendue.") from error
