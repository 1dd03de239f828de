"""What a web process refuses to start with, waits for, finishes when told to stop, answers while
PostgreSQL hangs."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import psycopg
import pytest
import requests
from sqlalchemy.engine import make_url

from services.chassis.database.migrations import is_migrated, wait_until_migrated
from services.chassis.errors import Unavailable
from services.chassis.http.call import Call
from services.chassis.http.client import Client
from services.chassis.process.capacity import thread_count
from services.chassis.roles.command_line import migrate
from services.chassis.settings import Settings, SettingsError
from services.chassis.web.gunicorn_server import LEAST_CONNECTIONS
from tests.architecture import apps
from tests.chassis.served_module import ServedModule, served
from tests.support.ports import is_listening
from tests.support.postgres import PostgresServer
from tests.support.processes import wait_until

SECONDS = 90.0  # for whatever must come: a bound for the tests, none for the service


def test_production_takes_a_public_address_with_tls_or_of_loopback_alone_and_all_else_any() -> None:
    for url in ("http://portail.example", "http://10.0.0.7:8080", "http://127.0.0.1.example", ""):
        with pytest.raises(SettingsError, match="PUBLIC_URL: in production https:// is expected"):
            Settings.read({"ENV": "production", "PUBLIC_URL": url})
    for url in (
        "https://portail.example",
        "http://127.0.0.1",
        "http://localhost:1",
        "http://[::1]:8",
    ):
        assert Settings.read({"ENV": "production", "PUBLIC_URL": url}).public_url == url
    assert Settings.read({"ENV": "production"}).public_url == "http://127.0.0.1:8080"
    assert (
        Settings.read({"ENV": "demonstration", "PUBLIC_URL": "http://portail.example"}).env
        == "demonstration"
    )


def test_settings_and_the_server_know_of_the_same_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THREADS", raising=False)
    assert Settings.read({"ENV": "test"}).threads == thread_count()
    monkeypatch.setenv("THREADS", "32")
    assert Settings.read({"ENV": "test", "THREADS": "32"}).threads == thread_count() == 32


def test_a_service_waits_for_the_last_migration_and_starts_on_later_ones_too(
    database_url: str, tmp_path: Path
) -> None:
    app = apps.build("accounts", tmp_path, database_url)
    assert not is_migrated(app)
    migrate(app, "0011")
    assert not is_migrated(app)
    migrate(app)
    assert is_migrated(app)
    with app.app_context(), apps.database_of(app).engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'later'")
    assert is_migrated(app)


def test_a_database_that_does_not_answer_is_waited_for(
    own_postgres: PostgresServer, tmp_path: Path
) -> None:
    url = own_postgres.fresh_database()
    own_postgres.stop()
    app = apps.build("accounts", tmp_path, url)
    waiting = threading.Thread(target=wait_until_migrated, args=(app, 0.01), daemon=True)
    waiting.start()
    own_postgres.start()
    migrate(app)
    waiting.join(SECONDS)
    assert not waiting.is_alive()


BODY = b"x" * 400_000
UPLOAD = b"POST /taken HTTP/1.1\r\nHost: site\r\nContent-Type: multipart/form-data; boundary=y\r\n"
HOME = b"GET / HTTP/1.1\r\nHost: site\r\n\r\n"


class Site:
    def __init__(self, running: ServedModule, opened: ExitStack) -> None:
        self.port = running.port
        self.daemon = running.daemon
        self._opened = opened

    def connects(self) -> socket.socket:
        return self._opened.enter_context(
            socket.create_connection(("127.0.0.1", self.port), timeout=10)
        )

    def uploads(self) -> socket.socket:
        """The head and half of the body."""
        connection = self.connects()
        connection.sendall(
            UPLOAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY[: len(BODY) // 2]
        )
        return connection

    def is_told_to_stop(self) -> None:
        """Who has not come by the end of this is sent to another replica."""
        os.kill(self.daemon.pid, signal.SIGTERM)
        wait_until(lambda: not is_listening(self.port), SECONDS, "nobody is let in any more")

    def ends(self) -> None:
        wait_until(lambda: not self.daemon.running, SECONDS, "the process ends")


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """It answers already, unless a test gives it seconds for its start."""
    seconds = getattr(request, "param", "0")
    with (
        served("tests.chassis.sites", "plain", THREADS="4", START_SECONDS=seconds) as running,
        ExitStack() as opened,
    ):
        site = Site(running, opened)
        if seconds == "0":
            with site.connects() as connection:
                connection.sendall(HOME)
                assert answer(connection) == b"HTTP/1.1 200 OK"
        yield site


@pytest.mark.parametrize("site", ["0", "1"], ids=["serving", "starting"], indirect=True)
def test_an_upload_goes_on_to_its_end_while_others_are_sent_to_another_replica(site: Site) -> None:
    upload = site.uploads()
    site.is_told_to_stop()
    assert site.daemon.running
    upload.sendall(BODY[len(BODY) // 2 :])
    assert answer(upload) == b"HTTP/1.1 200 OK"
    site.ends()


def test_whoever_came_before_the_stop_is_answered(site: Site) -> None:
    """Those who have not said anything yet, and those whom the server had no time to let in."""
    upload = site.uploads()
    came = [site.connects() for _ in range(50)]
    site.is_told_to_stop()
    for connection in came:
        connection.sendall(HOME)
    for connection in came:
        assert answer(connection) == b"HTTP/1.1 200 OK"
        connection.close()
    upload.close()
    site.ends()


def test_whoever_comes_and_says_nothing_keeps_no_process_from_its_end(site: Site) -> None:
    """It takes the five seconds for which gunicorn waits for who says nothing."""
    silent = [site.connects() for _ in range(3)]
    site.is_told_to_stop()
    site.ends()
    assert {connection.recv(1) for connection in silent} == {b""}


def answer(connection: socket.socket) -> bytes:
    """The status line."""
    with connection.makefile("rb") as lines:
        return lines.readline().rstrip(b"\r\n")


def test_whatever_leaves_while_a_server_stops_is_done_once_or_was_refused() -> None:
    """Many at once, until nobody listens any more: who was answered was served, and nobody
    twice."""
    answered = list[bool]()
    keeping = served(
        "tests.chassis.sites", "plain", WRITES_FILE="writes", THREADS=str(LEAST_CONNECTIONS)
    )
    with ThreadPoolExecutor(6) as load, keeping as site:
        with closing(HTTPConnection("127.0.0.1", site.port, timeout=SECONDS)) as connection:
            connection.request("GET", "/")
            kept = connection.getresponse().getheader("Connection") != "close"
            assert kept, (
                "however many threads operators give: here as many as there are connections at "
                "least"
            )
        client = Client(site.url, page_seconds=SECONDS)

        def again_and_again() -> None:
            with suppress(Unavailable):
                while True:
                    client.send(Call("POST", "/writes", json={}))
                    answered.append(True)

        writers = [load.submit(again_and_again) for _ in range(6)]
        wait_until(lambda: len(answered) > 50, SECONDS, "they are at it")
        os.kill(site.daemon.pid, signal.SIGTERM)
        for writer in writers:
            writer.result(SECONDS)
        assert len(answered) == len((site.folder / "writes").read_bytes())
        wait_until(lambda: not site.daemon.running, SECONDS, "the process ends")


THREADS = 8
FLOOD = 40


def test_while_postgresql_hangs_all_else_answers_and_nothing_acknowledged_is_lost(
    own_postgres: PostgresServer,
) -> None:
    database_url = own_postgres.fresh_database()
    started = served("tests.chassis.sites", "ledger", database_url, THREADS=str(THREADS))
    with started as site, ThreadPoolExecutor(FLOOD + 1) as pool:

        def write(entry: str) -> requests.Response:
            return requests.post(f"{site.url}/entries?entry={entry}", timeout=SECONDS)

        def status(path: str) -> int:
            return requests.get(site.url + path, timeout=SECONDS).status_code

        wait_until(lambda: status("/entries") == 200, SECONDS, "a site with its table")
        assert write("before").status_code == 201
        slow = pool.submit(requests.get, f"{site.url}/slow", timeout=SECONDS)
        wait_until(
            lambda: "pg_sleep" in " ".join(sessions(database_url)), 60, "a statement under way"
        )
        with own_postgres.hanging():
            flood = [pool.submit(write, f"during-{number}") for number in range(FLOOD)]
            while not (slow.done() and all(answer.done() for answer in flood)):
                assert status("/health/live") == 200
                assert status("/nothing") == 200
                time.sleep(0.2)
            assert all(says_that_it_is_away(answer) for answer in (slow, *flood))
            assert status("/health/ready") == 503
        wait_until(lambda: write("after").status_code == 201, SECONDS, "writing again")
        wait_until(lambda: status("/health/ready") == 200, SECONDS, "ready again")
        again = {
            entry
            for entry in (f"again-{number}" for number in range(THREADS))
            if write(entry).status_code == 201
        }
        assert {"before", "after", *again} <= set(
            requests.get(f"{site.url}/entries", timeout=SECONDS).json()
        )
        limit = THREADS * 9 // 16
        wait_until(
            lambda: len(sessions(database_url)) <= limit + 1, SECONDS, "no session is left behind"
        )


def says_that_it_is_away(answer: Future[requests.Response]) -> bool:
    answered = answer.result()
    return answered.status_code == 503 and "Retry-After" in answered.headers


def sessions(database_url: str) -> list[str]:
    """What each of the site's sessions did last."""
    query = (
        "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid()"
    )
    url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(query).fetchall()]
