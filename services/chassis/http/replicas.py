"""The replicas of a service: which of them a call is sent to, for how long, and what follows where
it does not answer (docs/decisions/0009-calls-and-limits.md).

A read that fails is sent again in the time that is left. A write may have been carried out although
no answer came: it is sent once, where some server may not answer after asking whether it is alive.
"""

import time
from collections.abc import Sequence
from contextlib import suppress

import requests
import structlog

from services.chassis.http.call import Call
from services.chassis.http.circuit_breaker import CircuitBreaker
from services.chassis.http.sessions import CONNECT_SECONDS, SEND_SECONDS, Sessions
from services.chassis.process.probe import LIVE

FIRST_REPLICA_SHARE = 0.6  # of a read's time, if another replica can be asked in the rest
ALIVE_SHARE = 0.2  # of a page's time, for the answer of LIVE
SILENCE_SHARE = ALIVE_SHARE / 2
"""Of a page's time: who was given less has had no time to answer, and does not count as silent."""
LEAST_SECONDS = 0.01  # to send anything

log = structlog.get_logger()


class Replicas:
    """Sends calls to one replica or another. `name`: of the service, in the log; `page_seconds`:
    how long a page waits in all."""

    def __init__(
        self, sessions: Sessions, breaker: CircuitBreaker, name: str, page_seconds: float
    ) -> None:
        self._sessions = sessions
        self._breaker = breaker
        self._name = name
        self._page_seconds = page_seconds

    def send(self, call: Call, until: float) -> requests.Response:
        """Return the answer of a replica, awaited `until` then by the monotonic clock. Raises
        OSError where none answers."""
        return self._read(call, until) if call.is_read else self._write(call, until)

    def _read(self, call: Call, until: float) -> requests.Response:
        first, *others = self._sessions.urls()
        seconds = until - time.monotonic()
        if others:
            seconds = seconds * FIRST_REPLICA_SHARE
        try:
            return self._sent(self._sessions.kept(), first, call, seconds)
        except OSError as failure:
            return self._read_again(call, others or [first], until, failure)

    def _read_again(
        self, call: Call, urls: Sequence[str], until: float, failure: OSError
    ) -> requests.Response:
        """Ask one replica after the other: several may go at once. Raises the last failure where
        none answers in time."""
        with self._sessions.new() as session:
            for url in urls:
                seconds = until - time.monotonic()
                if seconds < LEAST_SECONDS:
                    break
                log.warning("call_repeated", called=self._name)
                try:
                    return self._sent(session, url, call, seconds)
                except OSError as error:
                    failure = error
        raise failure

    def _write(self, call: Call, until: float) -> requests.Response:
        with self._sessions.new() as session:
            urls = self._sessions.urls()
            may_be_silent = len(urls) > 1 or self._sessions.is_silent
            url = self._alive(session, urls) if may_be_silent else urls[0]
            return self._sent(session, url, call, until - time.monotonic(), SEND_SECONDS)

    def _alive(self, session: requests.Session, urls: Sequence[str]) -> str:
        """Return the first replica that says that it is alive and keeps the connection: one that
        stops closes it. Raises OSError where none does."""
        question = Call("GET", LIVE)
        for url in urls:
            with suppress(OSError):
                answer = self._sent(session, url, question, ALIVE_SHARE * self._page_seconds)
                if answer.headers.get("Connection", "").lower() != "close":
                    return url
        raise ConnectionError

    def _sent(
        self,
        session: requests.Session,
        url: str,
        call: Call,
        seconds: float,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> requests.Response:
        """Send the call to the replica at `url`, and note whether it answers within `seconds`."""
        begun = time.monotonic()
        seconds = max(LEAST_SECONDS, seconds)
        try:
            response = session.request(
                call.method,
                url + call.path,
                params=call.params,  # type: ignore[arg-type]
                data=call.data,
                headers=call.headers,
                json=call.json,
                stream=call.stream,
                timeout=(min(connect_seconds, seconds), seconds),
                allow_redirects=False,
            )
        except OSError as error:
            self._sessions.leave_out(url)
            is_late = isinstance(error, requests.Timeout) or time.monotonic() - begun >= seconds
            had_time = seconds >= SILENCE_SHARE * self._page_seconds
            if is_late and had_time:
                self._sessions.is_silent = True
                self._breaker.record_failure()
            raise
        self._sessions.is_silent = False
        self._breaker.record_answer()
        return response
