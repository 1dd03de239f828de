"""A portal of real processes, of which some are stopped for a while without being ended (SIGSTOP)."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests

from tests.support.launched_portal import LaunchedPortal
from tests.support.processes import suspended, wait_until

ANSWERED = 30.0  # what is held takes as long as the hang, or longer
BACK = 90.0
FORM = "/compte/creation"
OPENINGS = "/ouverture-des-services"
PUBLIC = ("/", OPENINGS, f"{OPENINGS}?domaine=Examen", "/plan-du-site", "/un-probleme", "/robots.txt", "/health/live")


class HungPortal(LaunchedPortal):
    """Its pages wait for services as long as they do in production."""

    def get(self, path: str, **cookies: str) -> requests.Response:
        """Raises requests.Timeout where the page is held."""
        return requests.get(self.url + path, cookies=cookies, timeout=ANSWERED)

    def status(self, path: str) -> int:
        return self.get(path).status_code

    def is_as_before(self) -> bool:
        return all(self.status(path) == 200 for path in (*PUBLIC, FORM))

    def metrics(self) -> str:
        return self.get("/metrics").text

    @contextmanager
    def suspended(self, *names: str) -> Iterator[None]:
        """These processes say nothing within the block, and all is as before after it."""
        with suspended(*(self.processes()[name].pid for name in names)):
            yield
        wait_until(self.is_as_before, BACK, "all as before")

    @contextmanager
    def visited(self, path: str, visits: int = 160) -> Iterator[list[Callable[[], int]]]:
        """So many people open the page at once; each function waits for the status that one of them got."""
        with ThreadPoolExecutor(visits) as people:
            yield [people.submit(self.status, path).result for _ in range(visits)]


@pytest.fixture(scope="session")
def portal() -> Iterator[HungPortal]:
    portal = HungPortal("hung", {"PAGE_SECONDS": "2.5"})
    wait_until(portal.is_as_before, BACK, "a portal that answers")
    yield portal
    portal.stop()
