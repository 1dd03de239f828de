"""Our own access token: obtained from accounts with the client's secret, renewed long before it ends."""

from __future__ import annotations

import time

from services.chassis.errors import Unavailable
from services.chassis.http.client import Client, RenewableToken
from services.chassis.process.single_run import SingleRun

EARLY_SECONDS = 15.0
RENEWED_SECONDS = 45.0  # a key or a secret that is turned is soon used by nobody, however long its tokens live
_NONE = ("", float("-inf"), float("-inf"))


class ServiceToken(RenewableToken):
    """Call it for a token that is good for some seconds more. It is renewed in the background long before its end, and
    used meanwhile. Raises Unavailable where there is none and accounts is away."""

    def __init__(self, accounts: Client, client_id: str, client_secret: str) -> None:
        self._accounts = accounts
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._renewal = SingleRun(self._renewed)
        self._held = _NONE  # the token, from when on it is renewed, when it ends

    def __call__(self, seconds: float | None = None) -> str:
        """`seconds` is the longest wait where there is no token yet; as long as a page's by default."""
        token, renewed_from, ends = self._held
        if time.monotonic() < renewed_from:
            return token
        renewal = self._renewal.begin()
        if time.monotonic() < ends:
            return token
        try:
            return renewal.result(self._accounts.page_seconds if seconds is None else seconds)
        except TimeoutError as error:
            raise Unavailable("Le service des comptes ne répond pas pour le moment.") from error

    def _renewed(self) -> str:
        asked_at = time.monotonic()
        answer = self._accounts.ask("/v1/tokens", json=self._credentials)
        token, life = str(answer["access_token"]), float(answer["expires_in"])
        self._held = (token, asked_at + min(RENEWED_SECONDS, life / 2), asked_at + life - EARLY_SECONDS)
        return token

    def forget(self, refused: str) -> None:
        """The next call obtains another: accounts no longer publishes the key of this one."""
        if self._held[0] == refused:
            self._held = _NONE
