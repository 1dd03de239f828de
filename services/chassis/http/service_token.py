"""The access token of this process: obtained from accounts with the client's secret, renewed long
before it expires."""

import time

from services.chassis.errors import Unavailable
from services.chassis.http.call import Call
from services.chassis.http.client import Client
from services.chassis.process.kept_results import SingleRun

EARLY_SECONDS = 15.0
RENEWAL_SECONDS = 45.0  # less than its life, so that a rotated key or secret is soon unused
_NONE = ("", float("-inf"), float("-inf"))


class ServiceToken:
    """Call it for a token that is valid for some more seconds. It is renewed in the background long
    before it expires, and used meanwhile. Raises Unavailable if there is none and accounts does not
    answer."""

    def __init__(self, accounts: Client, client_id: str, client_secret: str) -> None:
        self._accounts = accounts
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._renewal = SingleRun(self._renewed)
        self._token = (
            _NONE  # the token, the instant of its renewal, the instant at which it expires
        )

    def __call__(self, seconds: float | None = None) -> str:
        """`seconds`: the longest wait if there is no token yet; by default that of a page."""
        token, renewed_at, expires_at = self._token
        if time.monotonic() < renewed_at:
            return token
        renewal = self._renewal.begin()
        if time.monotonic() < expires_at:
            return token
        try:
            return renewal.result(self._accounts.page_seconds if seconds is None else seconds)
        except TimeoutError as error:
            raise Unavailable("Le service des comptes ne répond pas pour le moment.") from error

    def _renewed(self) -> str:
        asked_at = time.monotonic()
        call = Call("POST", "/v1/tokens", json=self._credentials, reads=True)
        answer = self._accounts.send(call).json()
        token = str(answer["access_token"])
        life = float(answer["expires_in"])
        self._token = (
            token,
            asked_at + min(RENEWAL_SECONDS, life / 2),
            asked_at + life - EARLY_SECONDS,
        )
        return token

    def forget(self, refused: str) -> None:
        """Discard the token `refused`, whose key accounts no longer publishes: the next call
        obtains a new one."""
        if self._token[0] == refused:
            self._token = _NONE
