"""A minimal browser: one kept connection, cookies, and the duration of each answer; and the mails
that it waits for."""

from __future__ import annotations

import http.client
import os
import quopri
import re
import subprocess
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 60.0
KEPT_SECONDS = 20.0
AWAY = 503
TRIES = 20
RETRY_SECONDS = 3.0
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", **SAME_ORIGIN}


class UnexpectedAnswer(Exception):
    """The message says at which step, and the status."""


@dataclass(frozen=True)
class Answer:
    """`retry_after` (seconds) and `nothing_done`: of a refusal, what its headers say to the page's
    script."""

    status: int
    body: bytes
    location: str
    retry_after: float = 0.0
    nothing_done: bool = False

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Timings:
    """Seconds of each answer by step, and how many of each step were refusals that were tried
    again."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, other: Timings) -> None:
        for step, seconds in other.seconds.items():
            self.seconds[step] += seconds
        self.errors += other.errors


class Visitor:
    """`pause` is called before each request of a page, as a person reads before they press.
    `source`: the address of this machine from which it calls, where that matters; `headers`:
    further ones of each request."""

    def __init__(
        self,
        url: str,
        timings: Timings,
        pause: Callable[[], None] = lambda: None,
        *,
        source: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        parts = urlsplit(url)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        own = (source, 0) if source else None
        self._connection = kind(
            parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS, source_address=own
        )
        self._headers = {**SAME_ORIGIN, "Accept-Encoding": "identity", **(headers or {})}
        self._cookies: dict[str, str] = {}
        self._used = float("-inf")
        self._pause = pause
        self.timings = timings

    def get(
        self, step: str, path: str, query: Mapping[str, str] | None = None, status: int = 200
    ) -> Answer:
        return self._asked(
            step, "GET", f"{path}?{urlencode(query)}" if query else path, None, {}, status
        )

    def post(self, step: str, path: str, fields: Mapping[str, str], status: int = 303) -> Answer:
        return self._asked(step, "POST", path, urlencode(fields).encode(), FORM, status)

    def comes_back(self, step: str, answer: Answer) -> bool:
        """Whether who was told to come back later does; waits until then."""
        time.sleep(RETRY_SECONDS)
        return True

    def close(self) -> None:
        self._connection.close()

    def _asked(
        self,
        step: str,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
        status: int,
    ) -> Answer:
        """Who is told to come back later does, as often as people do; each time counts as an
        error."""
        for _ in range(TRIES):
            self._pause()
            answer = self._answered(step, method, path, body, headers)
            if answer.status == status:
                return answer
            if answer.status != AWAY:
                break
            self.timings.errors[f"{step}: {AWAY}"] += 1
            if not self.comes_back(step, answer):
                break
        raise UnexpectedAnswer(f"{step}: {answer.status}")

    def _answered(
        self, step: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        sent = {**self._headers, **headers}
        if self._cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        begun = time.perf_counter()
        if begun - self._used > KEPT_SECONDS:  # a server closes it some time
            self._connection.close()
        try:
            self._connection.request(method, path, body, sent)
            received = self._connection.getresponse()
            content = received.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise UnexpectedAnswer(f"{step}: {type(error).__name__}") from error
        self._used = time.perf_counter()
        self.timings.seconds[step].append(self._used - begun)
        for text in received.headers.get_all("Set-Cookie", ()):
            name, _, value = text.partition(";")[0].partition("=")
            self._cookies[name] = value
        self._cookies = {name: value for name, value in self._cookies.items() if value}
        retry_after = received.getheader("Retry-After") or 0
        nothing_done = "X-Nothing-Done" in received.headers
        return Answer(
            received.status,
            content,
            received.getheader("Location") or "",
            float(retry_after),
            nothing_done,
        )


PATIENCE_SECONDS = 120.0
LOOK_SECONDS = 0.1
ASK_SECONDS = 1.0
_LINK = re.compile(rb"/compte/activation/[\w-]+")
_TO = re.compile(rb"^To: .*?([^\s<>]+@[^\s<>]+)", re.MULTILINE)


class Mails:
    """Reads the link of « Activer mon compte » from a folder in which mails arrive as files, or
    from a command: the shell runs it with the address in ADDRESS until it prints the mail, or
    anything that contains the link.

    `link(address)` waits for it. Raises UnexpectedAnswer where none comes.
    """

    def __init__(self, source: str) -> None:
        self._folder = Path(source) if Path(source).is_dir() else None
        self._command = source
        self._links: dict[str, str] = {}
        self._read: set[str] = set()
        self._lock = threading.Lock()

    def link(self, address: str) -> str:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            if link := self._there(address):
                return link
            time.sleep(LOOK_SECONDS if self._folder else ASK_SECONDS)
        raise UnexpectedAnswer("activation mail: none came")

    def _there(self, address: str) -> str | None:
        """Each file is read once, whoever's it is."""
        if self._folder is None:
            environment = os.environ | {"ADDRESS": address}
            return _link_in(subprocess.check_output(self._command, shell=True, env=environment))
        with self._lock:
            for name in {entry.name for entry in os.scandir(self._folder)} - self._read:
                self._read.add(name)
                mail = b"" if name.startswith(".") else (self._folder / name).read_bytes()
                to = _TO.search(mail)
                link = _link_in(mail)
                if to and link:
                    self._links[to[1].decode()] = link
            return self._links.get(address)


def _link_in(mail: bytes) -> str | None:
    plain, _, _ = mail.partition(b"<html")  # the text part has it too
    link = _LINK.search(quopri.decodestring(plain))
    return link[0].decode() if link else None
