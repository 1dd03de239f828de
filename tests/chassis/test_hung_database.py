"""PostgreSQL is stopped, not dead: whoever needs it is told so, whoever does not notices nothing, and all goes on.

It takes ten seconds or more: as long as a web process waits for a statement, and a statement for its end.
"""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import psycopg
import pytest
import requests
from sqlalchemy.engine import make_url

from tests.chassis.served_module import served
from tests.support.postgres import PostgresServer
from tests.support.processes import wait_until

THREADS = 8
FLOOD = 40
SECONDS = 90.0  # for whatever must come: a bound for the test, none for the service


@pytest.fixture(scope="module")
def postgres(own_postgres: PostgresServer) -> PostgresServer:
    """A server of this module alone: it is stopped here."""
    return own_postgres


@dataclass
class Site:
    url: str
    database_url: str

    def get(self, path: str) -> requests.Response:
        return requests.get(self.url + path, timeout=SECONDS)

    def write(self, entry: str) -> requests.Response:
        return requests.post(f"{self.url}/entries?entry={entry}", timeout=SECONDS)

    def status(self, path: str) -> int:
        try:
            return self.get(path).status_code
        except requests.ConnectionError:
            return 0


@pytest.fixture
def site(postgres: PostgresServer) -> Iterator[Site]:
    database_url = postgres.fresh_database()
    with served("tests.chassis.sites", "ledger", database_url, THREADS=str(THREADS)) as running:
        site = Site(running.url, database_url)
        wait_until(lambda: site.status("/entries") == 200, SECONDS, "a site with its table")
        yield site


def test_while_the_database_hangs_all_else_answers_and_nothing_acknowledged_is_lost(
    site: Site, postgres: PostgresServer
) -> None:
    acknowledged = {"before"}
    assert site.write("before").status_code == 201
    with ThreadPoolExecutor(FLOOD + 1) as pool:
        slow = pool.submit(site.get, "/slow")
        wait_until(lambda: "pg_sleep" in " ".join(sessions(site)), 60, "a statement under way")
        with postgres.hanging():
            flood = {f"during-{number}": pool.submit(site.write, f"during-{number}") for number in range(FLOOD)}
            while not (slow.done() and all(answer.done() for answer in flood.values())):
                assert site.status("/health/live") == 200
                assert site.status("/nothing") == 200
                time.sleep(0.2)
            assert says_that_it_is_away(slow)
            assert all(says_that_it_is_away(answer) for answer in flood.values())
            assert site.status("/health/ready") == 503
        wait_until(lambda: site.write("after").status_code == 201, SECONDS, "writing again")
        wait_until(lambda: site.status("/health/ready") == 200, SECONDS, "ready again")
    again = [f"again-{number}" for number in range(THREADS)]
    acknowledged |= {"after"} | {entry for entry in again if site.write(entry).status_code == 201}
    assert acknowledged <= set(site.get("/entries").json())
    limit = THREADS * 9 // 16
    wait_until(lambda: len(sessions(site)) <= limit + 1, SECONDS, "no session is left behind")


def says_that_it_is_away(answer: Future[requests.Response]) -> bool:
    answered = answer.result()
    return answered.status_code == 503 and "Retry-After" in answered.headers


def sessions(site: Site) -> list[str]:
    """What each of the site's sessions did last."""
    query = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    url = make_url(site.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(query).fetchall()]
