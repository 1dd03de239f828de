"""Our own access token: obtained from accounts with the client's secret, kept until shortly before it ends."""

from __future__ import annotations

import threading
import time

from services.chassis.http import Client

EARLY_SECONDS = 15.0


class ServiceToken:
    """Call it for a token that is good for some seconds more. Raises Unavailable while accounts is down."""

    def __init__(self, accounts: Client, client_id: str, client_secret: str) -> None:
        self._accounts = accounts
        self._credentials = {"client_id": client_id, "client_secret": client_secret}
        self._token = ""
        self._until = float("-inf")
        self._lock = threading.Lock()

    def __call__(self) -> str:
        with self._lock:
            if time.monotonic() >= self._until:
                answer = self._accounts.post("/v1/tokens", json=self._credentials)
                self._token = answer["access_token"]
                self._until = time.monotonic() + float(answer["expires_in"]) - EARLY_SECONDS
            return self._token

    def forget(self, refused: str) -> None:
        """The next call obtains another: accounts no longer publishes the key of this one."""
        self._until = self._until if refused != self._token else float("-inf")
