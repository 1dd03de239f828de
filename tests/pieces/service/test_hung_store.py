"""The object store is stopped, not dead: lists answer, deposits say that they cannot be done now, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from services.chassis.process import capacity
from services.pieces.dependencies import attach, dependencies
from services.pieces.operations.deposit_limits import concurrent_deposits
from tests.pieces import sample_files
from tests.pieces.example_events import registration_saved
from tests.pieces.pieces_service import PiecesService
from tests.support.processes import wait_until

if TYPE_CHECKING:
    from tests.support.object_store import Bucket, ObjectStoreServer

FLOOD = 8
SECONDS = 90.0


@pytest.fixture(scope="module")
def objects(own_objects: ObjectStoreServer) -> ObjectStoreServer:
    """A server of this module alone: it is stopped here."""
    return own_objects


@pytest.fixture
def service(bucket: Bucket, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PiecesService]:
    """As a web process with few threads."""
    monkeypatch.setenv("THREADS", "16")
    capacity.set_role(capacity.WEB)
    running = PiecesService(database_url, bucket.url)
    with running.app.app_context():
        attach(
            running.app, replace(dependencies(), concurrent_deposits=concurrent_deposits(FLOOD))
        )  # as if each file were another candidate's
    running.handle_events(registration_saved())
    yield running
    running.close()
    capacity.set_role(capacity.WORK)


def test_while_the_store_hangs_lists_answer_and_files_wait_for_later(
    service: PiecesService, objects: ObjectStoreServer
) -> None:
    assert service.deposit("NATIDE06").status_code == 201
    first, second = service.piece("NATIDE06")["id"], service.piece("CINSIG03")["id"]
    content = sample_files.pdf()
    with ThreadPoolExecutor(FLOOD) as pool, objects.hanging():
        answers = [pool.submit(service.upload, second, content, "carte.pdf") for _ in range(FLOOD - 1)]
        answers.append(pool.submit(service.call, "GET", f"/pieces/{first}/file"))
        listed = 0
        while not all(answer.done() for answer in answers):
            service.list_pieces()
            listed += 1
        assert listed
        for answer in answers:
            assert answer.result().status_code == 503
            assert "Retry-After" in answer.result().headers
        assert service.piece("CINSIG03")["deposit"] is None
    wait_until(lambda: service.upload(second, content, "carte.pdf").status_code == 201, SECONDS, "a deposit again")
    assert service.download("NATIDE06").status_code == 200
    assert service.download("CINSIG03").data == content
