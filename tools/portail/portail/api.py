"""Calls of the portal's API. What failed on the way, or was refused for the moment, is tried again
within the patience.

A call whose answer never came may have been carried out. Reads are repeated freely; writes only
where repeating does nothing twice (If-Match, or an act that the API carries out once), and their
callers look at what is so afterwards.
"""

import math
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from itertools import islice
from typing import Any
from urllib.parse import quote

import requests

from portail import __version__
from portail.connection import read_connection
from portail.failures import ExitCode, Failure, failure_of

PATIENCE_VARIABLE = "PORTAIL_PATIENCE"
DEFAULT_PATIENCE = 120.0  # seconds of waiting in all before a call is given up
# seconds
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
# of silence, after which an answer counts as lost
CONNECT_SECONDS = 5.0
READ_SECONDS = 70.0
LONGEST_RETRY_AFTER = 300.0  # seconds, whatever the portal asks for
PASSING = (429, 502, 503, 504)
NOT_CARRIED_OUT = (429,)  # the call was refused; behind a 503 it may have been carried out
LONGEST_PAGE = 200  # items; the portal gives no more
Query = Mapping[str, Any]


class Api:
    """`call` gives the portal's answer, or raises Failure."""

    def __init__(self, url: str, token: str) -> None:
        self._root = f"{url}/api"
        self._token = token
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"portail/{__version__}"
        self._session.auth = self._with_token
        self._patience = _patience()

    def read(self, path: str, params: Query | None = None) -> Any:
        """The JSON of a GET of « /pieces/v1/… ». Raises Failure."""
        try:
            return self.call("GET", path, params=dict(params or {})).json()
        except requests.JSONDecodeError as error:
            sentence = "Cette adresse n'est pas celle du portail : sa réponse n'est pas du JSON."
            raise Failure(sentence, ExitCode.USAGE) from error

    def call(
        self, method: str, path: str, *, repeatable: bool = True, **options: Any
    ) -> requests.Response:
        """`options`: those of requests. Raises Failure.

        `repeatable`: carried out twice, the call does nothing more. Any other is sent again only
        where the portal refused it for the moment, never where its answer was lost.
        """
        passing = PASSING if repeatable else NOT_CARRIED_OUT
        options = {"timeout": (CONNECT_SECONDS, READ_SECONDS), **options}
        deadline = time.monotonic() + self._patience
        wait = FIRST_WAIT
        while True:
            try:
                # A redirection would carry the token to another address.
                answer = self._session.request(
                    method, self._root + path, allow_redirects=False, **options
                )
            except requests.RequestException as error:
                failure = Failure(
                    f"Le portail ne répond pas ({type(error).__name__}).", ExitCode.UNAVAILABLE
                )
                asked = 0.0
                if not repeatable:
                    raise failure from error
            else:
                if answer.status_code < requests.codes.multiple_choices:
                    return answer
                failure = failure_of(answer.status_code, _problem(answer))
                asked = _retry_after(answer)
                answer.close()
                if answer.status_code not in passing:
                    raise failure
            pause = max(asked, wait * random.uniform(0.5, 1.0))
            if time.monotonic() + pause > deadline:
                raise failure
            print(
                f"{failure.detail.splitlines()[0]} Nouvel essai dans {pause:.0f} s.",
                file=sys.stderr,
            )
            time.sleep(pause)
            wait = min(wait * 2, LONGEST_WAIT)

    def pages(
        self, path: str, params: Query, items: str, at_most: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """The items of a list, page after page, until its end or `at_most` of them."""
        size = LONGEST_PAGE if at_most is None else min(LONGEST_PAGE, at_most)
        return islice(self._followed(path, {**params, "limit": size}, items), at_most)

    def _followed(self, path: str, params: Query, items: str) -> Iterator[dict[str, Any]]:
        cursor: dict[str, str] | None = {}
        while cursor is not None:
            page = self.read(path, {**params, **cursor})
            yield from page[items]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None

    def _with_token(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """As a header of the session the token would give way to what a .netrc says of the host."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def segment(value: str) -> str:
    """An id as it may stand in a path. Raises Failure for what is none."""
    if not value or not all(char.isalnum() or char in "-_" for char in value):
        raise Failure(f"« {value} » n'est pas un identifiant.", ExitCode.USAGE)
    return quote(value, safe="")


def _patience() -> float:
    try:
        seconds = float(os.environ.get(PATIENCE_VARIABLE, DEFAULT_PATIENCE))
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise Failure(f"{PATIENCE_VARIABLE} est un nombre de secondes.", ExitCode.USAGE)
    return seconds


def _problem(answer: requests.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except (ValueError, requests.RequestException):
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(answer: requests.Response) -> float:
    value = answer.headers.get("Retry-After", "")
    return min(float(value), LONGEST_RETRY_AFTER) if value.isdigit() else 0.0


def pass_api(view: Callable[..., None]) -> Callable[..., None]:
    """Calls the command with the API as its first argument. Raises Failure without address or
    token."""
    return wraps(view)(lambda **options: view(Api(*read_connection()), **options))
