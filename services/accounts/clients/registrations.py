"""Client of registrations: whether a candidate ever saved a candidature, and the refusal of older
identities."""

from collections.abc import Mapping, Sequence

from services.accounts.signing import Signer
from services.chassis.http.client import Client, ProblemAnswer
from services.contracts.api.operation import Operation
from services.contracts.api.registrations import (
    erase_candidate,
    erase_drafts,
    list_engaged,
    read_engaged,
    set_identity_floor,
)

READ_SHARE = 0.6  # of a page's time: the page waits for accounts, which waits for this call
WRITE_SECONDS = 5.0  # a person waits in front of the page


class CandidatureExists(Exception):
    """The candidate saved a candidature once: they can no longer change their civil status by
    themselves."""


class RegistrationsClient:
    """Every call may raise Unavailable."""

    def __init__(self, client: Client, signer: Signer, client_id: str) -> None:
        self._client = client
        self._signer = signer
        self._client_id = client_id

    def is_engaged(self, candidate_id: str) -> bool:
        """Tell whether a candidature of this candidate was ever saved."""
        seconds = READ_SHARE * self._client.page_seconds
        return self._client.call(read_engaged(candidate_id, seconds=seconds), self._token()).engaged

    def engaged_among(self, candidate_ids: Sequence[str]) -> set[str]:
        """Return the ids of those of whom a candidature was ever saved. At most MOST_CANDIDATES may
        be asked for."""
        body = {"ids": candidate_ids}
        return set(
            self._client.call(list_engaged(body=body, seconds=WRITE_SECONDS), self._token()).ids
        )

    def put_identity_floor(self, candidate_id: str, version: int) -> None:
        """Have saves with an identity older than `version` refused from now on; may be repeated.
        Raises CandidatureExists."""
        self._call_unless_engaged(set_identity_floor, candidate_id, body={"version": version})

    def erase_candidate(self, candidate_id: str) -> None:
        """Erase the candidate's drafts and address in registrations; may be repeated. Raises
        CandidatureExists."""
        self._call_unless_engaged(erase_candidate, candidate_id)

    def erase_drafts(self, candidate_id: str) -> None:
        """Erase what the candidate typed and did not transmit; may be repeated."""
        self._client.call(erase_drafts(candidate_id, seconds=WRITE_SECONDS), self._token())

    def _call_unless_engaged(
        self,
        operation: Operation[None],
        candidate_id: str,
        body: Mapping[str, object] | None = None,
    ) -> None:
        try:
            self._client.call(
                operation(candidate_id, body=body, seconds=WRITE_SECONDS), self._token()
            )
        except ProblemAnswer as problem:
            if problem.http_status == 409:
                raise CandidatureExists from problem
            raise

    def _token(self) -> str:
        return self._signer.service_token(self._client_id)
