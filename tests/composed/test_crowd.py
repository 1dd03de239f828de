"""The door behind nginx: one address with many connections keeps nobody else out, whoever finds no
place is sent again, and what is kept of one candidate has an end."""

import re
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.bench.candidate_journey import create_account, log_in
from tests.bench.load import PageVisitor, one_address_tries_passwords
from tests.bench.visitor import Mails, Timings
from tests.journeys import personas
from tests.journeys.candidate import Candidate
from tests.journeys.conftest import NewCandidate
from tests.journeys.justificatifs_page import JustificatifsPage
from tests.pieces.sample_files import heavy_pdf
from tests.support.chromium import cookies_of
from tests.support.composed_portal import TIMEOUT, ComposedPortal
from tests.support.processes import wait_until
from tests.support.scriptless_browser import SAME_ORIGIN

CONNECTIONS = 200
PEOPLE = 8
LOG_INS = 3
MORE_THAN_WAIT = 500
"""Forms with a password of one address, in the proxy."""
REFUSED_SECONDS = 120.0
FILE_BYTES = 3_000_000
"""Two of these are more than is kept of one candidate in this portal."""
_LINK = re.compile(r"/compte/activation/[\w-]+")
_PLACE = re.compile(r'href="(/justificatifs/[0-9a-f]{32}/depot/[0-9a-f]{32})"')


class PortalMails(Mails):
    def __init__(self, portal: ComposedPortal) -> None:
        self._portal = portal

    def link(self, address: str) -> str:
        found = _LINK.search(self._portal.mail(address, "Activer mon compte").text)
        assert found
        return found[0]


def visitor_from(composed: ComposedPortal, address: str) -> PageVisitor:
    return PageVisitor(composed.url, Timings(), headers={"X-Forwarded-For": address})


def test_one_address_with_many_connections_keeps_nobody_of_another_from_logging_in(
    composed: ComposedPortal,
) -> None:
    people = {f"192.0.2.{number}": f"foule.{number}@example.org" for number in range(1, PEOPLE + 1)}
    refusals: list[int] = []
    for address, mail_address in people.items():
        create_account(visitor_from(composed, address), mail_address, PortalMails(composed))

    def logs_in(person: tuple[str, str]) -> None:
        """Raises UnexpectedAnswer at an answer that the page does not overcome."""
        for _ in range(LOG_INS):
            visitor = visitor_from(composed, person[0])
            log_in(visitor, person[1])
            refusals.append(sum(visitor.timings.errors.values()))

    flood = one_address_tries_passwords(
        composed.url, CONNECTIONS, headers={"X-Forwarded-For": "198.51.100.1"}
    )
    with flood as tried, ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(logs_in, people.items()))
    print(f"\nto the one address: {dict(tried)}, refused once and let in: {sum(refusals)}")
    assert tried["401"] > 0
    assert sum(refusals) < PEOPLE, "they waited for the one address"


def test_a_log_in_without_a_place_is_sent_again_by_its_page(
    composed: ComposedPortal, new_candidate: NewCandidate
) -> None:
    """From the address of the many connections, which has hardly a place."""
    someone = new_candidate(composed, personas.another_dubois())
    someone.creates_account()
    someone.activates_account()
    with one_address_tries_passwords(composed.url, MORE_THAN_WAIT):
        wait_until(lambda: finds_no_place(someone), REFUSED_SECONDS, "a log-in without a place")
    someone.user.shows("Date de dernière connexion :")


def finds_no_place(someone: Candidate) -> bool:
    """Presses once; who gets in is a stranger again."""
    refused = someone.page.get_by_text("ce formulaire sera renvoyé de lui-même")
    someone.user.open("/connexion")
    someone.user.fill(
        {"Identifiant de connexion": someone.persona.email, "Mot de passe": personas.PASSWORD}
    )
    someone.page.get_by_role("button", name="Me connecter").last.click()
    refused.or_(someone.page.get_by_text("Date de dernière connexion")).first.wait_for()
    if refused.is_visible():
        return True
    someone.page.context.clear_cookies()
    return False


def test_what_is_kept_of_one_candidate_has_an_end_that_is_said(
    composed: ComposedPortal, new_candidate: NewCandidate
) -> None:
    someone = new_candidate(composed, personas.another_dubois())
    someone.registers()
    JustificatifsPage(someone)
    place = _PLACE.findall(someone.page.content())[0]
    cookies = cookies_of(someone.page)

    def deposits(number: int) -> requests.Response:
        file = {"fichier": (f"{number}.pdf", heavy_pdf(FILE_BYTES), "application/pdf")}
        address = composed.url + place
        return requests.post(
            address,
            files=file,
            cookies=cookies,
            headers=SAME_ORIGIN,
            timeout=TIMEOUT,
            allow_redirects=False,
        )

    assert [deposits(number).status_code for number in range(3)] == [303] * 3
    JustificatifsPage(someone)
    someone.user.shows("ne remplacez plus que ce qui doit l'être")
    refused = deposits(3)
    assert refused.status_code == 413
    assert (
        "au plus par candidat : celui-ci n&#39;a pas été enregistré, ce qui est déposé reste."
        in refused.text
    )
