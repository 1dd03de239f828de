"""A service accepts and says nothing: what does not need it answers as always, the rest says what
does not work.

A portal of real processes, of which some are stopped for a while without being ended (SIGSTOP).
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests

from deploy.service_names import SERVICES
from tests.accounts.creation_form import creation_form
from tests.support.launched_portal import LaunchedPortal
from tests.support.processes import suspended, wait_until
from tests.support.scriptless_browser import SAME_ORIGIN

ANSWERED = 30.0  # what is held takes as long as the hang, or longer
BACK = 90.0
FORM = "/compte/creation"
OPENINGS = "/ouverture-des-services"
ACCOUNTS_AWAY = "Le service des comptes ne répond pas pour le moment."
PUBLIC = (
    "/",
    OPENINGS,
    f"{OPENINGS}?domaine=Examen",
    "/plan-du-site",
    "/un-probleme",
    "/robots.txt",
    "/health/live",
)


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
        """So many people open the page at once; each function waits for the status that one of them
        got."""
        with ThreadPoolExecutor(visits) as people:
            yield [people.submit(self.status, path).result for _ in range(visits)]


@pytest.fixture(scope="module")
def portal() -> Iterator[HungPortal]:
    portal = HungPortal("hung", {"PAGE_SECONDS": "2.5"})
    wait_until(portal.is_as_before, BACK, "a portal that answers")
    yield portal
    portal.stop()


def test_a_crowd_before_hung_accounts_holds_no_page_that_can_do_without(portal: HungPortal) -> None:
    with portal.suspended("accounts"), portal.visited(FORM) as visits:
        for path in PUBLIC * 3:
            assert portal.status(path) == 200, path
        assert {answered() for answered in visits} == {503}
        answer = portal.get(FORM)
        assert ACCOUNTS_AWAY in answer.text
        assert int(answer.headers["Retry-After"]) > 0
        assert 'service_breaker_open{called="accounts"} 1.0' in portal.metrics()
    assert 'service_breaker_open{called="accounts"} 0.0' in portal.metrics()


def test_with_hung_registrations_what_was_last_known_of_openings_is_shown(
    portal: HungPortal,
) -> None:
    shown = portal.get(f"{OPENINGS}?domaine=Examen").text
    with portal.suspended("registrations"), portal.visited("/") as visits:
        for path in PUBLIC:
            assert portal.status(path) == 200, path
        assert {answered() for answered in visits} == {200}
        assert _main(portal.get(f"{OPENINGS}?domaine=Examen").text) == _main(shown)
        never_asked = portal.get(f"{OPENINGS}?domaine=Concours")
        assert never_asked.status_code == 503
        assert "Le service des inscriptions ne répond pas pour le moment." in never_asked.text


def test_with_all_four_hung_at_once_public_pages_answer_also_to_who_has_a_session(
    portal: HungPortal,
) -> None:
    session = {f"session-{portal.port}": "x" * 43}
    with portal.suspended(*SERVICES), portal.visited(FORM), portal.visited(OPENINGS):
        for path in PUBLIC:
            assert portal.get(path, **session).status_code == 200, path
        assert portal.get("/health/ready").status_code == 200
        assert portal.get("/compte", **session).status_code == 503


def test_what_is_posted_to_a_hung_service_is_kept_refused_and_not_done_later(
    portal: HungPortal,
) -> None:
    refused = "refusee@example.org"
    accepted = "acceptee@example.org"
    with portal.suspended("accounts"):
        wait_until(lambda: portal.status(FORM) == 503, ANSWERED, "a hung service")
        answer = _created(portal, refused)
        assert answer.status_code == 503
        assert refused in answer.text
        assert "Réessayer" in answer.text
    _created(portal, accepted)
    assert portal.mail(accepted)
    assert not portal.mails(refused)


def test_a_crowd_of_tools_with_invented_tokens_holds_no_candidates_page(portal: HungPortal) -> None:
    def called(number: int) -> int:
        sent = {"Authorization": f"Bearer invented-{number}"}
        return requests.get(
            f"{portal.url}/api/pieces/v1/pieces", headers=sent, timeout=ANSWERED
        ).status_code

    with portal.suspended("accounts"), ThreadPoolExecutor(160) as tools:
        calls = [tools.submit(called, number) for number in range(160)]
        for path in PUBLIC:
            assert portal.status(path) == 200, path
        assert {call.result() for call in calls} == {503}
    wait_until(lambda: called(0) == 401, BACK, "tokens looked at again")


def _created(portal: HungPortal, address: str) -> requests.Response:
    values = creation_form(email=address, email_confirmation=address)
    return requests.post(portal.url + FORM, data=values, headers=SAME_ORIGIN, timeout=ANSWERED)


def _main(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]
