"""Client of registrations: asked for the current version at each « Visualiser/Imprimer » and form,
and what has become of a candidature at each « Vérifier un document »; our copy answers where
registrations does not."""

from services.chassis.errors import Unavailable
from services.chassis.http.client import Client, ProblemAnswer
from services.chassis.http.service_token import ServiceToken
from services.contracts.api.registrations import CURRENT, Standing, read_standing, read_version
from services.contracts.registrations import RegistrationSaved
from services.documents.domain.document_names import is_id

# A person is waiting for the document: answering with what is known here is better than waiting
# long.
_TIMEOUT_SECONDS = 5.0
_STANDING_SECONDS = 1.0


class RegistrationsClient:
    """Asks registrations for versions and for what has become of candidatures."""

    def __init__(self, client: Client, token: ServiceToken) -> None:
        self._client = client
        self._token = token

    def version(self, candidature_id: str, version: int | None) -> RegistrationSaved | None:
        """Return the event of that version (None: the current one), or None if there is no such
        active candidature.

        Raises Unavailable when registrations does not answer, or not as agreed.
        """
        if not is_id(candidature_id):  # nothing with a meaning in a path may get into one
            return None
        number = CURRENT if version is None else version
        try:
            event = self._client.call(
                read_version(candidature_id, number, seconds=_TIMEOUT_SECONDS), self._token
            )
        except ProblemAnswer as problem:
            if problem.http_status == 404:
                return None
            raise Unavailable("Un service du portail a répondu de façon inattendue.") from problem
        return event.data

    def standing(self, candidature_id: str) -> Standing | None:
        """Return what has become of a candidature, or None where registrations does not say: it
        does not answer, or has erased it."""
        try:
            asked = read_standing(candidature_id, seconds=_STANDING_SECONDS)
            return self._client.call(asked, self._token)
        except (ProblemAnswer, Unavailable):
            return None
