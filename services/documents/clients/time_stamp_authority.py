"""The time stamp authority that an operator names (RFC 3161). A paper waits for it for a second and
a half; after one that waited in vain, the others do not wait at all for a while."""

import time
from concurrent.futures import ThreadPoolExecutor

import requests
from asn1crypto.tsp import TimeStampReq, TimeStampResp
from pyhanko.sign.timestamps import TimeStamper

SECONDS = 1.5
PAUSE_SECONDS = 10.0
AT_ONCE = 8
_MOST_BYTES = 64 * 1024


class TimeStampAuthority(TimeStamper):
    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url = url
        self._paused_until = float("-inf")
        # One that answers a byte at a time holds a thread of its own for long, and no paper.
        self._askers = ThreadPoolExecutor(AT_ONCE, "time-stamps")

    async def async_request_tsa_response(self, req: TimeStampReq) -> TimeStampResp:
        """Raises OSError where none comes in time, ValueError for what is no answer."""
        if time.monotonic() < self._paused_until:
            raise ConnectionRefusedError
        try:
            return TimeStampResp.load(self._askers.submit(self._ask, req.dump()).result(SECONDS))
        except OSError:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            raise

    def _ask(self, request: bytes) -> bytes:
        kind = {"Content-Type": "application/timestamp-query"}
        with requests.post(
            self._url, request, headers=kind, timeout=SECONDS, stream=True, allow_redirects=False
        ) as answer:
            answer.raise_for_status()
            return bytes(answer.raw.read(_MOST_BYTES, decode_content=True))
