"""Fewer replicas, while people are at work: those that go finish what they have, and nobody
notices."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from services.contracts import page_labels
from tests.journeys import personas
from tests.journeys.background_load import AcknowledgedWork, RetryingBrowser, save_again
from tests.journeys.candidate import Candidate
from tests.journeys.conftest import NewCandidate
from tests.journeys.gestionnaire_tool import GestionnaireTool
from tests.journeys.justificatifs_page import JustificatifsPage, write_pdf
from tests.support.chromium import cookies_of
from tests.support.composed_portal import TIMEOUT, ComposedPortal
from tests.support.continuous_requests import ContinuousRequests
from tests.support.processes import wait_until
from tests.support.scriptless_browser import SAME_ORIGIN

READS_EVERY = 0.25  # seconds, each of two tools: fewer than a tool may ask a minute
READS_AFTERWARDS = 80  # some of them on addresses that have gone
SHARED_SECONDS = 90.0
CHUNK_EVERY = 0.2
# seconds between the ends of two uploads: some meet the replicas as they stop, few each other
UPLOADS_EVERY = 3.0
TRIES = 10
SAVES = 12
SAVES_BEFORE = 3
MADE_SECONDS = (
    45.0  # less than a lease (services.chassis.tasks.leases): what was dropped would come later
)
AUTOMATIC = ("Confirmation d'inscription", "Demande de pièces justificatives")
_PLACE = re.compile(r'href="(/justificatifs/[0-9a-f]{32}/depot/[0-9a-f]{32})"')


def test_fewer_replicas_of_pieces_lose_no_request(
    composed: ComposedPortal, new_candidate: NewCandidate, tmp_path: Path
) -> None:
    """Reads by tools (a connection each) and by pages (pooled), and deposits that were begun
    before."""
    composed.scale(pieces=3)
    someone = new_candidate(composed, personas.another_dubois())
    candidature = someone.registers()
    JustificatifsPage(someone)
    page = someone.page.url
    cookies = cookies_of(someone.page)
    places = _PLACE.findall(someone.page.content())
    assert len(places) == 6
    content = write_pdf(tmp_path).read_bytes()
    readers = ContinuousRequests(READS_EVERY)

    def asks() -> requests.Response:
        api = f"{composed.url}/api/pieces/v1/pieces"
        return requests.get(
            api, params={"candidature": candidature}, headers=composed.staff, timeout=TIMEOUT
        )

    def looks() -> requests.Response:
        return requests.get(page, cookies=cookies, timeout=TIMEOUT, allow_redirects=False)

    asks()  # makes the token
    with (
        readers.under_way(asks, asks, looks, looks, looks),
        ThreadPoolExecutor(len(places)) as pool,
    ):
        fewer = threading.Event()
        uploads = [
            pool.submit(
                deposits_slowly,
                composed.url + place,
                cookies,
                content,
                fewer,
                number * UPLOADS_EVERY,
            )
            for number, place in enumerate(places)
        ]
        readers.wait_for(20, TIMEOUT)
        before = time.monotonic()
        fewer.set()
        composed.scale(pieces=1)
        seconds = time.monotonic() - before
        answers = [upload.result() for upload in uploads]
        readers.wait_for(READS_AFTERWARDS, TIMEOUT)
    print(f"\n3 to 1 in {seconds:.1f} s: {dict(readers.answers)}, deposits: {answers}")
    assert set(readers.answers) == {"200"}
    assert answers == [(303, place.replace("/depot/", "/lisible/")) for place in places]
    deposits = [
        piece["deposit"] for piece in GestionnaireTool(composed).pieces(candidature).values()
    ]
    assert [deposit["size"] for deposit in deposits] == [len(content)] * len(places)


def test_more_gateways_and_pieces_share_the_requests_and_fewer_lose_none(
    composed: ComposedPortal, new_candidate: NewCandidate
) -> None:
    composed.scale(gateway=3, pieces=3)
    someone = new_candidate(composed, personas.another_dubois())
    someone.registers()
    JustificatifsPage(someone)
    page = someone.page.url
    cookies = cookies_of(someone.page)
    readers = ContinuousRequests(READS_EVERY)

    def looks() -> requests.Response:
        return requests.get(page, cookies=cookies, timeout=TIMEOUT, allow_redirects=False)

    def stays() -> requests.Response:
        address = f"{composed.url}/session/prolonger"
        return requests.post(address, cookies=cookies, headers=SAME_ORIGIN, timeout=TIMEOUT)

    def served() -> dict[str, int]:
        containers = composed.containers("gateway", "pieces")
        return {container.id: composed.requests_served(container) for container in containers}

    before = served()
    assert len(before) == 6
    with readers.under_way(looks, looks, stays):
        wait_until(
            lambda: all(number > before[replica] for replica, number in served().items()),
            SHARED_SECONDS,
            "all have their share",
            pause=1.0,
        )
        composed.scale(gateway=1, pieces=1)
        readers.wait_for(READS_AFTERWARDS, SHARED_SECONDS)
    print(f"\n3 to 1: {dict(readers.answers)}")
    assert set(readers.answers) == {"200", "204"}


def deposits_slowly(
    url: str, cookies: dict[str, str], content: bytes, go_on: threading.Event, seconds: float
) -> tuple[int, str]:
    """`upload_slowly`, again where the answer says that too many of one candidate meet, as on a
    busy machine."""
    answer = upload_slowly(url, cookies, content, go_on, seconds)
    for _ in range(TRIES):
        if answer[0] != 429:
            break
        threading.Event().wait(UPLOADS_EVERY)
        answer = upload_slowly(url, cookies, content, go_on, 0)
    return answer


def upload_slowly(
    url: str, cookies: dict[str, str], content: bytes, go_on: threading.Event, seconds: float
) -> tuple[int, str]:
    """A deposit of which half is sent before `go_on`, and the rest in small parts for so long
    afterwards; status and path of the page that it leads to."""
    file = {"fichier": ("lente.pdf", content)}
    form = requests.Request("POST", url, headers=SAME_ORIGIN, files=file, cookies=cookies).prepare()
    whole: Any = form.body

    def parts() -> Iterator[bytes]:
        rest = whole[len(whole) // 2 :]
        times = round(seconds / CHUNK_EVERY) + 1
        yield whole[: len(whole) // 2]
        assert go_on.wait(TIMEOUT)
        step = len(rest) // times + 1
        for start in range(0, len(rest), step):
            yield rest[start : start + step]
            threading.Event().wait(CHUNK_EVERY)

    form.body = parts()  # type: ignore[assignment]
    with requests.Session() as transaction:
        answer = transaction.send(form, timeout=TIMEOUT, allow_redirects=False)
    location = answer.headers.get("Location")
    return answer.status_code, urlsplit(location).path if location else answer.text[-300:]


def test_fewer_workers_of_documents_lose_and_double_nothing(
    composed: ComposedPortal, new_candidate: NewCandidate
) -> None:
    """Versions are saved faster than two workers make their documents; in the midst of that one
    goes."""
    composed.scale(documents_worker=2)
    someone = new_candidate(composed, personas.another_dubois())
    candidature = someone.registers()
    browser = RetryingBrowser(
        composed.url, AcknowledgedWork(), cookies_of(someone.page), threading.Event()
    )
    first = rendered(composed)
    with ThreadPoolExecutor(1) as pool:
        for number in range(SAVES):
            assert save_again(browser, candidature), browser.work.faults
            if number == SAVES_BEFORE:
                scaled = pool.submit(composed.scale, documents_worker=1)
        scaled.result()
    someone.opens(page_labels.DOCUMENTS)
    wanted = {
        f"{title} Version {number:02}": 1 for title in AUTOMATIC for number in range(1, SAVES + 2)
    }
    wait_until(lambda: titles(someone).keys() >= wanted.keys(), MADE_SECONDS, "all documents")
    assert titles(someone) == wanted
    by_who_stayed = {
        worker: number - first[worker] for worker, number in rendered(composed).items()
    }
    print(f"\n{len(wanted)} documents, by who stayed: {list(by_who_stayed.values())}")
    assert 0 < sum(by_who_stayed.values()) < len(wanted), "one worker alone made them all"


def rendered(composed: ComposedPortal) -> dict[str, int]:
    return {
        container.id: composed.counter_total(container, "documents_after_save_seconds_count")
        for container in composed.containers("documents-worker")
    }


def titles(someone: Candidate) -> Counter[str]:
    """Of all versions' documents on « Mes documents », and how often each stands there."""
    someone.page.reload()
    return Counter(
        re.findall(f"(?:{'|'.join(AUTOMATIC)}) Version \\d\\d", " ".join(someone.user.text.split()))
    )
