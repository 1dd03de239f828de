"""A copy of one's data: one for two requests at once, and none that a service did not answer whole."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from services.accounts.dependencies import dependencies
from services.accounts.jobs import registry
from services.accounts.models import PersonalCopy
from services.accounts.operations import personal_copies
from services.chassis.http.client import Client
from services.contracts.api.personal_data import read_part
from services.objects import ObjectStore, put_verified
from tests.accounts.creation_form import EMAIL, PASSWORD
from tests.accounts.fake_registrations import FakeRegistrations
from tests.accounts.running_accounts import Login, RunningAccounts
from tests.support.object_store import Bucket
from tests.support.service_worker import run_follow_ups
from tests.support.silent_server import SilentServer

READY = "Vos données sont prêtes"


@pytest.fixture
def others(accounts: RunningAccounts, registrations: FakeRegistrations, bucket: Bucket) -> dict[str, Client]:
    """The clients of the other services, which hold nothing; and a store."""
    with accounts.app.app_context():
        built = dependencies()
        clients = {name: Client(registrations.url, name) for name in built.holders}
        object.__setattr__(built, "holders", clients)
        object.__setattr__(built, "store", ObjectStore(bucket.url))
    return clients


def ask(accounts: RunningAccounts, login: Login) -> int:
    return accounts.call("POST", "/me/copies", login["access_token"], current_password=PASSWORD).status_code


@pytest.mark.engines("sqlite", "postgresql")
def test_two_requests_of_a_day_make_one_copy_of_which_one_mail_tells(
    accounts: RunningAccounts, login: Login, others: dict[str, Client]
) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(lambda _: ask(accounts, login), range(2))) == {202}
    for _ in range(2):  # the copy, then its mail
        accounts.send_mails()
    [copy] = accounts.stored(PersonalCopy)
    assert len(accounts.mailbox.find(EMAIL, READY)) == 1
    answer = accounts.call("GET", f"/me/copies/{copy.id}/file", login["access_token"])
    assert len(answer.data) == copy.size
    for copies in (1, 2):
        assert ask(accounts, login) == 202
        assert len(accounts.stored(PersonalCopy)) == copies
        accounts.advance_clock(days=1)


def test_a_service_that_hangs_makes_it_late_and_then_whole(
    accounts: RunningAccounts, login: Login, others: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal_copies, "read_part", replace(read_part, seconds=0.3))
    assert ask(accounts, login) == 202
    answering = others["documents"]
    with SilentServer() as hung:
        others["documents"] = Client(hung.url, "documents")
        assert run_follow_ups(accounts.app, registry) == ["Unavailable"]
    assert accounts.mailbox.find(EMAIL, READY) == []
    others["documents"] = answering
    for _ in range(2):
        accounts.send_mails()
    assert len(accounts.mailbox.find(EMAIL, READY)) == 1


def test_who_is_erased_while_it_is_made_leaves_no_archive(
    accounts: RunningAccounts, login: Login, others: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where the job that deletes those of who was erased has passed before this one was stored."""
    assert ask(accounts, login) == 202
    [copy] = accounts.stored(PersonalCopy)
    put = put_verified

    def put_after_the_erasure(*given: object) -> None:
        erased = accounts.call("POST", "/me/deletion", login["access_token"], current_password=PASSWORD)
        assert erased.status_code < 300, erased.json
        put(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(personal_copies, "put_verified", put_after_the_erasure)
    with accounts.app.app_context():
        personal_copies.make(copy.id)
        assert list(dependencies().store.list_keys()) == []


def test_what_breaks_off_makes_no_copy(accounts: RunningAccounts, login: Login, others: dict[str, Client]) -> None:
    """Neither the list of what a service holds, nor one of its files."""
    part = json.dumps({"held": [], "files": {"a" * 32: "pieces/a.pdf"}})
    whole = f"HTTP/1.1 200 OK\r\nContent-Length: {len(part)}\r\n\r\n{part}"
    asked = ask(accounts, login)
    with SilentServer() as pieces:
        others["pieces"] = Client(pieces.url, "pieces")
        for answers in ((whole[:-5], ""), (whole, "HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n%PDF-")):

            def respond(connection: socket.socket, line: str, answers: tuple[str, str] = answers) -> None:
                connection.sendall(answers["/data/" in line].encode())
                connection.shutdown(socket.SHUT_RDWR)

            pieces.respond = respond
            assert run_follow_ups(accounts.app, registry)
    assert asked == 202
    assert accounts.call("GET", "/me/copies", login["access_token"]).json["copy"]["expires_at"] is None
    assert accounts.mailbox.find(EMAIL, READY) == []
