"""Clients that send little, late or nothing more: whatever they do, others log in and deposit."""

import html
import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import requests

from gateway.web.justificatifs.file_reception import TOO_MANY_OF_CANDIDATE
from services.contracts.piece_rules import MAX_FILE_BYTES
from tests.attacks.conftest import RETRY_WHEN_BUSY, TIMEOUT_SECONDS, Site, deposit_form_urls, log_in
from tests.attacks.slow_connections import IDLE, UNFINISHED_HEADS, multipart, slow_connections
from tests.pieces.sample_files import pdf, pdf_of_size
from tests.support.processes import wait_until
from tests.support.scriptless_browser import SAME_ORIGIN

WHERE_FILES_GO = f"/justificatifs/{'0' * 32}/depot/{'0' * 32}"


def test_thousands_of_slow_clients_keep_nobody_from_logging_in_and_depositing(site: Site) -> None:
    """Opening two thousand connections, on both sides in this machine, is what takes seconds."""
    email = site.new_registered_candidate()
    before = served(site)
    pid = site.proxy.pid
    wanted = {
        IDLE: 1600,
        UNFINISHED_HEADS: 200,
        multipart(WHERE_FILES_GO): 100,
        multipart("/connexion"): 100,
    }
    with slow_connections(site.url, wanted) as them:
        deposits(site, email)
        wait_until(them.is_there, TIMEOUT_SECONDS, "they go on")
        assert site.proxy.is_live
    assert site.proxy.pid == pid
    assert served(site) - before == 5, "the gateways met a slow client"


def test_a_file_announced_to_a_page_that_takes_none_is_refused_unread(site: Site) -> None:
    where = urlsplit(site.direct.url)
    with socket.create_connection(
        (str(where.hostname), int(where.port or 0)), timeout=TIMEOUT_SECONDS
    ) as connection:
        connection.sendall(multipart("/connexion", host=urlsplit(site.url).netloc).first)
        assert connection.recv(65536).startswith(b"HTTP/1.1 415 ")


def test_a_file_sent_whole_to_a_page_that_takes_none_is_refused_by_a_page(site: Site) -> None:
    answer = requests.post(
        f"{site.url}/connexion",
        files={"fichier": b"content"},
        headers=SAME_ORIGIN,
        timeout=TIMEOUT_SECONDS,
    )
    assert answer.status_code == 415
    assert "Cette page ne reçoit pas de fichier" in answer.text


def test_who_has_three_files_under_way_is_asked_to_wait_and_others_are_not(site: Site) -> None:
    # Sent to a gateway itself: behind the proxy, files arrive whole.
    first, second = (log_in(site.url, site.new_registered_candidate()) for _ in range(2))
    place = deposit_form_urls(site.url, first)[0]
    elsewhere = deposit_form_urls(site.url, second)[0]
    with ExitStack() as opened:

        def is_refused_beside_one_more() -> bool:
            opened.enter_context(half_sent(site, first, place))
            return deposited_directly(site, first, place).status_code == 503

        wait_until(is_refused_beside_one_more, TIMEOUT_SECONDS, "three are under way")
        refused = deposited_directly(site, first, place)
        assert TOO_MANY_OF_CANDIDATE in html.unescape(refused.text)
        assert refused.headers["Retry-After"] == "60"
        assert deposited_directly(site, second, elsewhere).status_code == 303
    wait_until(
        lambda: deposited_directly(site, first, place).status_code == 303,
        TIMEOUT_SECONDS,
        "there is room again",
    )


def deposited_directly(site: Site, visit: requests.Session, place: str) -> requests.Response:
    url = f"{site.direct.url}{urlsplit(place).path}"
    host = urlsplit(site.url).netloc
    files = {"fichier": ("petite.pdf", pdf())}
    cookies = {str(cookie.name): str(cookie.value) for cookie in visit.cookies}
    headers = SAME_ORIGIN | {"Host": host}
    return requests.post(
        url,
        files=files,
        cookies=cookies,
        headers=headers,
        allow_redirects=False,
        timeout=TIMEOUT_SECONDS,
    )


def half_sent(site: Site, visit: requests.Session, place: str) -> socket.socket:
    where = urlsplit(site.direct.url)
    connection = socket.create_connection(
        (str(where.hostname), int(where.port or 0)), timeout=TIMEOUT_SECONDS
    )
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in visit.cookies)
    request = multipart(urlsplit(place).path, host=urlsplit(site.url).netloc).first
    connection.sendall(request.replace(b"\r\n", f"\r\nCookie: {cookies}\r\n".encode(), 1))
    return connection


def deposits(site: Site, email: str) -> None:
    """Five requests: log-in, two pages, the largest file that is admitted, and the page that shows
    it."""
    visit = log_in(site.url, email, RETRY_WHEN_BUSY)
    place, *_ = deposit_form_urls(site.url, visit)
    file = {"fichier": ("grande.pdf", pdf_of_size(MAX_FILE_BYTES), "application/pdf")}
    answer = visit.post(place, files=file, allow_redirects=False, timeout=TIMEOUT_SECONDS)
    assert answer.status_code == 303, answer.text
    assert (
        "grande.pdf"
        in visit.get(f"{site.url}{answer.headers['Location']}", timeout=TIMEOUT_SECONDS).text
    )


def served(site: Site) -> int:
    return sum(replica.requests_served() for replica in site.replicas)
