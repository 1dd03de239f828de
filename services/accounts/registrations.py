"""What accounts asks of registrations: whether a candidature was ever saved, and to refuse older identities."""

from __future__ import annotations

from typing import Any

from services.accounts.signing import Signer
from services.chassis.http.client import Client, ProblemAnswer, path

READ_SHARE = 0.6  # of a page's time: the page that asked accounts waits no longer than that
WRITE_SECONDS = 5.0  # someone waits before the page
ENGAGED_AT_MOST = 20_000
"""How many candidates with a candidature a process remembers: some MB."""


class CandidatureExists(Exception):
    """A candidature of this candidate was saved once: the civil status is no longer his alone to change."""


class Registrations:
    """Typed client. Every call may raise Unavailable."""

    def __init__(self, client: Client, signer: Signer, client_id: str) -> None:
        self._client = client
        self._signer = signer
        self._client_id = client_id
        self._engaged: set[str] = set()

    def is_engaged(self, candidate_id: str) -> bool:
        """Whether a candidature was ever saved; a yes is remembered by this process, since it never changes back."""
        if candidate_id in self._engaged:
            return True
        if engaged := self._asked(candidate_id):
            if len(self._engaged) >= ENGAGED_AT_MOST:
                self._engaged.clear()
            self._engaged.add(candidate_id)
        return engaged

    def put_floor(self, candidate_id: str, version: int) -> None:
        """From now on no save with an identity older than `version`. Raises CandidatureExists; may be repeated."""
        floor = path("/v1/candidates/{}/identity-floor", candidate_id)
        self._unless_engaged("PUT", floor, json={"version": version})

    def erase(self, candidate_id: str) -> None:
        """Forget his drafts and address there. Raises CandidatureExists; may be repeated."""
        self._unless_engaged("DELETE", path("/v1/candidates/{}", candidate_id))

    def _asked(self, candidate_id: str) -> bool:
        asked, seconds = path("/v1/candidates/{}/engaged", candidate_id), READ_SHARE * self._client.page_seconds
        answer = self._client.get(asked, token=self._token(), seconds=seconds)
        return bool(answer["engaged"])

    def _unless_engaged(self, method: str, address: str, **options: Any) -> None:
        try:
            self._client.call(method, address, token=self._token(), seconds=WRITE_SECONDS, **options)
        except ProblemAnswer as problem:
            if problem.http_status == 409:
                raise CandidatureExists from problem
            raise

    def _token(self) -> str:
        return self._signer.access_token(self._client_id, "service", client=self._client_id)
