"""The four services over PostgreSQL, each filled once for a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.chassis import clock
from services.chassis.clock import system_now
from tests.growth.full_service import FullService
from tests.registrations.service.candidate_client import NOW

if TYPE_CHECKING:
    from tests.support.object_store import ObjectStore
    from tests.support.postgres import Postgres
    from tests.support.smtp import Mailbox

Filled = Callable[[str, int], FullService]


@pytest.fixture(scope="module")
def fill(
    postgres: Postgres, objects: ObjectStore, _mail_server: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Filled]:
    """A service beside whose example that many others have come; it is at work in the guide's month."""
    folder = tmp_path_factory.mktemp("growth")
    opened: list[FullService] = []

    def filled(service: str, rows: int) -> FullService:
        clock.set_offset((NOW - system_now()).total_seconds())
        opened.append(_full(service, postgres.fresh_database(), folder, objects, _mail_server, rows))
        return opened[-1]

    yield filled
    for full in opened:
        full.close()
        with full.app.app_context():
            full.db.engine.dispose()
    clock.set_offset(0)


def _full(service: str, url: str, folder: Path, objects: ObjectStore, mailbox: Mailbox, rows: int) -> FullService:
    """Imported here: a service that is not asked for is not loaded."""
    if service == "accounts":
        from tests.growth.accounts import full_accounts

        return full_accounts(url, folder, mailbox, rows)
    if service == "registrations":
        from tests.growth.registrations import full_registrations

        return full_registrations(url, folder, rows)
    bucket = objects.fresh_bucket()
    if service == "documents":
        from tests.growth.documents import full_documents

        return full_documents(url, bucket.url, "http://127.0.0.1:9", rows)
    from tests.growth.pieces import full_pieces

    return full_pieces(url, bucket.url, rows)
