"""What the proxy answers by itself, what it lets nobody see, and what it tells the gateway."""

import http.client
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask, request

from gateway.assets import STATIC_FOLDER, asset_url, load_assets
from services.contracts.document_rules import MAX_ARCHIVE_BYTES
from services.contracts.piece_rules import MAX_FILE_BYTES
from services.french import file_size
from tests.attacks.conftest import TIMEOUT_SECONDS, Site
from tests.attacks.slow_connections import multipart, slow_connections
from tests.gateway.components.html_checks import problems_of
from tests.support.app_server import AppServer
from tests.support.certificates import self_signed_certificate
from tests.support.nginx_proxy import Proxy
from tests.support.ports import free_port
from tests.support.processes import wait_until
from tests.support.scriptless_browser import SAME_ORIGIN

A_DEPOSIT = f"/justificatifs/{'0' * 32}/depot/{'0' * 32}"
ELSEWHERE = "127.0.0.9"
MOST_OF_ONE_ADDRESS = 2000
A_FILE = f"/justificatifs/fichier/{'0' * 32}"
MORE_THAN_THE_PROXY_TAKES = 24 * 1024 * 1024
MOST_FILES_READ_BY_ONE_ADDRESS = 40
MOST_LARGE_BODIES_OF_ONE_ADDRESS = 130
LOG_INS_THAT_WAIT = 300
A_SCHOOL = 1900  # of whom each waits for an answer at the same moment


@contextmanager
def proxy(
    gateway_port: int, *, gateways: Sequence[str] = ("127.0.0.1",), **options: object
) -> Iterator[Proxy]:
    running = Proxy(gateway_port, **options)  # type: ignore[arg-type]
    running.dns.addresses = list(gateways)
    yield running
    running.close()


@pytest.fixture(scope="module")
def proxy_alone() -> Iterator[Proxy]:
    """No gateway is there."""
    with proxy(free_port(), gateways=()) as running:
        yield running


@pytest.fixture(scope="module")
def gateway_port() -> Iterator[int]:
    """Port of an application that answers with the headers which the proxy passes on about the
    client."""
    app = Flask("client", static_folder=None)

    @app.get("/")
    def client() -> dict[str, str]:
        return {
            name: request.headers.get(name, "")
            for name in ("Host", "X-Forwarded-For", "X-Forwarded-Proto")
        }

    @app.get(A_FILE)
    def file() -> bytes:
        return bytes(MORE_THAN_THE_PROXY_TAKES)

    port = free_port()
    server = AppServer(app, port)
    yield port
    server.stop()


@pytest.fixture(scope="module")
def tls(gateway_port: int) -> Iterator[Proxy]:
    with proxy(gateway_port, certificate=self_signed_certificate()) as running:
        yield running


def test_what_is_for_operators_is_not_found_from_outside(site: Site) -> None:
    before = sum(replica.requests_served() for replica in site.replicas)
    health = ("/health/live", "/health/ready")
    for path in (
        *health,
        "/metrics",
        "/mails",
        "/mails/1",
        "//metrics",
        "/a/../metrics",
        "/%6detrics",
    ):
        answer = asked_as_written(site.url, path)
        assert answer.status == 404, path
        assert problems_of(answer.read().decode()) == []
    assert sum(replica.requests_served() for replica in site.replicas) == before


def test_without_a_gateway_a_page_says_so_and_tools_are_told_in_their_way(
    proxy_alone: Proxy,
) -> None:
    answer = requests.get(f"{proxy_alone.url}/inscription", timeout=TIMEOUT_SECONDS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert answer.headers["Server"] == "nginx", "no version of it"
    [heading] = re.findall(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    assert re.search(rf"<title>\s*{re.escape(heading.strip())}", answer.text)
    assert "Site de démonstration" in answer.text
    assert problems_of(answer.text) == []
    answer = requests.post(
        f"{proxy_alone.url}/api/pieces/v1/controls", json={}, timeout=TIMEOUT_SECONDS
    )
    assert answer.status_code == 503
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["retry_after"] == int(answer.headers["Retry-After"])


def test_what_the_gateway_has_not_answered_is_logged_without_address_and_path(
    proxy_alone: Proxy,
) -> None:
    requests.get(
        f"{proxy_alone.url}/compte/activation/SECRET",
        headers={"X-Request-ID": "of-this-test"},
        timeout=TIMEOUT_SECONDS,
    )
    line = next(
        line for line in reversed(proxy_alone.log_text.splitlines()) if '"status":503' in line
    )
    assert "SECRET" not in proxy_alone.log_text
    assert "of-this-test" not in line, "a stranger chooses no id of a request"
    assert "127.0.0.1" not in line


def test_what_browsers_load_is_compressed_and_kept_without_any_gateway(proxy_alone: Proxy) -> None:
    answer = requests.get(f"{proxy_alone.url}{asset_url('portail.css')}", timeout=TIMEOUT_SECONDS)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert len(answer.content) == (STATIC_FOLDER / load_assets()["portail.css"]).stat().st_size


def test_pages_are_compressed_on_their_way(site: Site) -> None:
    answer = requests.get(f"{site.url}/compte/creation", timeout=TIMEOUT_SECONDS)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Formulaire de création" in answer.text


def test_what_is_too_large_is_refused_with_the_size_of_what_was_sent(proxy_alone: Proxy) -> None:
    publication = f"/gestion/documents/{'0' * 32}/fichier"
    for path, size in ((A_DEPOSIT, MAX_FILE_BYTES), (publication, MAX_ARCHIVE_BYTES)):
        answer = requests.post(
            f"{proxy_alone.url}{path}",
            data=MORE_THAN_THE_PROXY_TAKES * b"0",
            timeout=TIMEOUT_SECONDS,
        )
        assert (answer.status_code, problems_of(answer.text)) == (413, [])
        assert f"ne doit pas excéder {file_size(size)}" in answer.text


def test_what_is_no_request_is_answered_by_a_page(site: Site) -> None:
    host, _, port = site.url.removeprefix("http://").partition(":")
    for sent in (
        b"GET /\xff\x00 HTTP/1.1",
        b"NO METHOD / HTTP/1.1",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1",
    ):
        with socket.create_connection((host, int(port)), TIMEOUT_SECONDS) as asking:
            asking.sendall(sent + b"\r\nHost: " + f"{host}:{port}".encode() + b"\r\n\r\n")
            answer = asking.makefile("rb").read().decode()
        assert answer.startswith("HTTP/1.1 400"), sent
        assert "Demande incorrecte" in answer


def test_an_address_that_asks_for_more_than_a_school_is_told_to_wait_and_the_others_are_not(
    site: Site,
) -> None:
    form = multipart("/compte/creation/confirmation")
    with slow_connections(site.url, {form: A_SCHOOL}, at_least=A_SCHOOL):
        assert requests.get(site.url, timeout=TIMEOUT_SECONDS).status_code == 200
        with slow_connections(site.url, {form: 500}, at_least=MOST_OF_ONE_ADDRESS - A_SCHOOL):
            wait_until_refused(lambda: asked_as_written(site.url, "/").status)
            refused = requests.get(site.url, timeout=TIMEOUT_SECONDS)
            assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
            assert problems_of(refused.text) == []
            assert asked_as_written(site.url, "/", source=ELSEWHERE).status == 200


def test_log_ins_of_one_address_wait_for_their_turn_and_delay_nobody_elsewhere(site: Site) -> None:
    parts = urlsplit(site.url)
    crowded = "127.0.0.7"
    with ExitStack() as opened:
        for _ in range(LOG_INS_THAT_WAIT + 30):
            address = (str(parts.hostname), parts.port or 80)
            source = (crowded, 0)
            waiting = opened.enter_context(
                socket.create_connection(address, TIMEOUT_SECONDS, source)
            )
            waiting.sendall(b"POST /connexion HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
        refused = _answer(site.url, crowded, "POST", "/connexion")
        assert (refused.status, refused.getheader("X-Nothing-Done")) == (429, "1"), (
            "its page sends it again"
        )
        assert posted(site.url, "/connexion", b"identifiant=a&password=b", source=ELSEWHERE) == 401
        assert asked_as_written(site.url, "/", source=crowded).status == 200


def test_one_address_does_not_fill_the_room_of_files_on_their_way(site: Site) -> None:
    large = multipart(A_DEPOSIT, length=5_000_000)
    wanted = MOST_LARGE_BODIES_OF_ONE_ADDRESS
    with slow_connections(site.url, {large: wanted + 30}, at_least=wanted):
        wait_until_refused(lambda: posted(site.url, A_DEPOSIT, bytes(100_000)))
        assert posted(site.url, "/connexion", iter([b"identifiant=a&password=b"])) == 429, (
            "an unsaid length is large"
        )
        assert posted(site.url, "/connexion", b"identifiant=a&password=b") == 401
        assert posted(site.url, A_DEPOSIT, bytes(100_000), source=ELSEWHERE) != 429


def test_files_that_the_proxy_does_not_have_count_like_pages(site: Site) -> None:
    missing = multipart("/static/of-another-version/portail.css")
    with slow_connections(
        site.url, {missing: MOST_OF_ONE_ADDRESS + 400}, at_least=MOST_OF_ONE_ADDRESS
    ):
        wait_until_refused(
            lambda: asked_as_written(site.url, "/static/of-another-version/a.css").status
        )
        assert (
            requests.get(
                f"{site.url}{asset_url('portail.css')}", timeout=TIMEOUT_SECONDS
            ).status_code
            == 200
        )


def test_slow_readers_at_one_address_do_not_fill_the_room_of_answers(gateway_port: int) -> None:
    with proxy(gateway_port) as running, ExitStack() as opened:
        for number in range(MOST_FILES_READ_BY_ONE_ADDRESS):
            assert reads(running, f"192.0.2.{number}", opened) == b"200", (
                "what it says of others counts for nothing"
            )
        assert asked_as_written(running.url, A_FILE).status == 429
        assert asked_as_written(running.url, A_FILE, source=ELSEWHERE).status == 200
        assert asked_as_written(running.url, "/").status == 200


def test_a_line_with_many_addresses_of_ipv6_counts_as_one_and_ipv4_written_as_ipv6_as_many(
    gateway_port: int,
) -> None:
    with proxy(gateway_port, OUTER_PROXIES="127.0.0.0/8") as running, ExitStack() as opened:
        for number in range(MOST_FILES_READ_BY_ONE_ADDRESS):
            assert reads(running, f"2001:db8:1:2:{number + 1:x}::1", opened) == b"200"
        assert reads(running, "2001:db8:1:2:ffff::", opened) == b"429"
        assert reads(running, "2001:db8:1:3::1", opened) == b"200"
        for number in range(MOST_FILES_READ_BY_ONE_ADDRESS + 1):
            assert reads(running, f"::ffff:192.0.2.{number}", opened) == b"200"


def test_a_tool_that_runs_wild_is_told_to_wait_and_no_other_is(gateway_port: int) -> None:
    with proxy(gateway_port) as running, requests.Session() as connection:

        def ask(token: str, url: str = f"{running.url}/api/pieces/v1/pieces") -> requests.Response:
            return connection.get(
                url, headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_SECONDS
            )

        refused = next(
            answer for answer in (ask("wild") for _ in range(20_000)) if answer.status_code == 429
        )
        assert refused.headers["Retry-After"] == "5"
        assert refused.headers["Content-Type"].startswith("application/problem+json")
        assert ask("another").status_code != 429


def test_with_a_certificate_http_leads_to_https(tls: Proxy) -> None:
    answer = requests.get(
        f"http://127.0.0.1:{tls.port}/inscription?a=b",
        allow_redirects=False,
        timeout=TIMEOUT_SECONDS,
    )
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{tls.url}/inscription?a=b")


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_the_gateway_is_told_the_clients_own_address_and_the_scheme_that_people_see(
    tls: Proxy,
) -> None:
    forged = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "gopher"}
    answer = requests.get(tls.url, headers=forged, verify=False, timeout=TIMEOUT_SECONDS)
    refused = requests.get(f"{tls.url}/metrics", verify=False, timeout=TIMEOUT_SECONDS)
    assert refused.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer.json() == {
        "Host": urlsplit(tls.url).netloc,
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "https",
    }


def test_another_proxy_in_front_is_believed_where_it_is_known(gateway_port: int) -> None:
    with proxy(gateway_port, OUTER_PROXIES="127.0.0.0/8 192.0.2.0/24") as known:
        forwarded = {"X-Forwarded-For": "203.0.113.9, 198.51.100.4, 192.0.2.1"}
        headers = requests.get(known.url, headers=forwarded, timeout=TIMEOUT_SECONDS).json()
        assert headers["X-Forwarded-For"] == "198.51.100.4"


def reads(proxy: Proxy, address: str, opened: ExitStack) -> bytes:
    """The status with which a file comes that this address asks for by another proxy, and then
    reads slowly."""
    reader = opened.enter_context(
        socket.create_connection(("127.0.0.1", proxy.port), timeout=TIMEOUT_SECONDS)
    )
    reader.sendall(
        f"GET {A_FILE} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {address}\r\n\r\n".encode()
    )
    return reader.recv(12).removeprefix(b"HTTP/1.1 ")


def wait_until_refused(ask: Callable[[], int]) -> None:
    """A connection is open before the proxy has read its head, and counts from then on."""
    wait_until(
        lambda: ask() == 429, TIMEOUT_SECONDS, "a request more than one address may have is refused"
    )


def posted(url: str, path: str, body: bytes | Iterator[bytes], source: str = "127.0.0.1") -> int:
    """The answer to a form sent from that address."""
    headers = {"Host": urlsplit(url).netloc, "Content-Type": "application/x-www-form-urlencoded"}
    return _answer(url, source, "POST", path, body, SAME_ORIGIN | headers).status


def asked_as_written(url: str, path: str, source: str = "127.0.0.1") -> http.client.HTTPResponse:
    """The path exactly as it stands here, from that address."""
    return _answer(url, source, "GET", path)


def _answer(url: str, source: str, *request: Any) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        str(parts.hostname), parts.port, timeout=TIMEOUT_SECONDS, source_address=(source, 0)
    )
    connection.request(*request)
    return connection.getresponse()
