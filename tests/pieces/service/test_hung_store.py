"""The object store is stopped, not dead: lists answer, deposits say that they cannot be done now, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from services.chassis.process import capacity
from services.pieces.operations.limits import places
from services.pieces.parts import attach, parts
from tests.pieces import made
from tests.pieces.example import saved
from tests.pieces.portal import Portal
from tests.support.processes import wait_until

if TYPE_CHECKING:
    from tests.support.object_store import Bucket, ObjectStoreServer

FLOOD = 8
SECONDS = 90.0


@pytest.fixture
def portal(bucket: Bucket, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    """As a web process with few threads."""
    monkeypatch.setenv("THREADS", "16")
    capacity.start_as(capacity.WEB)
    running = Portal(database_url, bucket.url)
    with running.app.app_context():
        attach(running.app, replace(parts(), places=places(FLOOD)))  # as if each file were another candidate's
    running.hears(saved())
    yield running
    running.close()
    capacity.start_as(capacity.WORK)


def test_while_the_store_hangs_lists_answer_and_files_wait_for_later(
    portal: Portal, objects: ObjectStoreServer
) -> None:
    assert portal.deposit("NATIDE06").status_code == 201
    first, second = portal.piece("NATIDE06")["id"], portal.piece("CINSIG03")["id"]
    content = made.pdf()
    with ThreadPoolExecutor(FLOOD) as pool, objects.hanging():
        answers = [pool.submit(portal.upload, second, content, "carte.pdf") for _ in range(FLOOD - 1)]
        answers.append(pool.submit(portal.call, "GET", f"/pieces/{first}/file"))
        listed = 0
        while not all(answer.done() for answer in answers):
            portal.asked()
            listed += 1
        assert listed
        for answer in answers:
            assert answer.result().status_code == 503
            assert "Retry-After" in answer.result().headers
        assert portal.piece("CINSIG03")["deposit"] is None
    wait_until(lambda: portal.upload(second, content, "carte.pdf").status_code == 201, SECONDS, "a deposit again")
    assert portal.opened("NATIDE06").status_code == 200
    assert portal.opened("CINSIG03").data == content
