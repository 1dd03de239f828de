"""Client of registrations: whether a candidate ever saved a candidature, and the refusal of older identities."""

from __future__ import annotations

from typing import Any

from services.accounts.signing import Signer
from services.chassis.http.client import Client, ProblemAnswer, path

READ_SHARE = 0.6  # of a page's time: the page waits for accounts, which waits for this call
WRITE_SECONDS = 5.0  # a person waits in front of the page
ENGAGED_AT_MOST = 20_000
"""How many candidates with a candidature a process remembers: some MB."""


class CandidatureExists(Exception):
    """The candidate saved a candidature once: they can no longer change their civil status by themselves."""


class RegistrationsClient:
    """Every call may raise Unavailable."""

    def __init__(self, client: Client, signer: Signer, client_id: str) -> None:
        self._client = client
        self._signer = signer
        self._client_id = client_id
        self._engaged: set[str] = set()

    def is_engaged(self, candidate_id: str) -> bool:
        """Whether a candidature was ever saved; a yes is remembered by this process, since it never changes back."""
        if candidate_id in self._engaged:
            return True
        if engaged := self._fetch_engaged(candidate_id):
            if len(self._engaged) >= ENGAGED_AT_MOST:
                self._engaged.clear()
            self._engaged.add(candidate_id)
        return engaged

    def put_identity_floor(self, candidate_id: str, version: int) -> None:
        """Have registrations refuse from now on saves with an identity older than `version`; may be repeated.

        Raises CandidatureExists.
        """
        floor = path("/v1/candidates/{}/identity-floor", candidate_id)
        self._call_unless_engaged("PUT", floor, json={"version": version})

    def erase_candidate(self, candidate_id: str) -> None:
        """Erase the candidate's drafts and address in registrations; may be repeated. Raises CandidatureExists."""
        self._call_unless_engaged("DELETE", path("/v1/candidates/{}", candidate_id))

    def _fetch_engaged(self, candidate_id: str) -> bool:
        url, seconds = path("/v1/candidates/{}/engaged", candidate_id), READ_SHARE * self._client.page_seconds
        answer = self._client.get(url, token=self._token(), seconds=seconds)
        return bool(answer["engaged"])

    def _call_unless_engaged(self, method: str, url: str, **options: Any) -> None:
        try:
            self._client.send(method, url, token=self._token(), seconds=WRITE_SECONDS, **options)
        except ProblemAnswer as problem:
            if problem.http_status == 409:
                raise CandidatureExists from problem
            raise

    def _token(self) -> str:
        return self._signer.access_token(self._client_id, "service", client=self._client_id)
