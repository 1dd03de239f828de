"""Files of an exam office on their way: what becomes of one that something happens to while it is checked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from services.contracts.document_rules import MAX_ARCHIVE_BYTES
from services.documents.operations import import_files
from services.uploads.uploads import Uploads
from tests.documents.imports.exam_office import ExamOffice, numero, pdf_of
from tests.pieces.tus_client import VERSION, id_of

MOST = 5  # files of the largest size, as many as one may have on the way
ANNOUNCED = {**VERSION, "Upload-Length": str(MAX_ARCHIVE_BYTES)}


def _before(monkeypatch: pytest.MonkeyPatch, name: str, happens: Callable[[], object]) -> None:
    """Have something happen before that step of the operation, once."""
    step = getattr(import_files, name)

    def interrupted(*given: Any) -> Any:
        monkeypatch.undo()
        happens()
        return step(*given)

    monkeypatch.setattr(import_files, name, interrupted)


def test_the_same_call_given_meanwhile_is_answered_alike(office: ExamOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    office.register(1)
    import_id = office.create(source="pdf")
    begun = office.upload(import_id, pdf_of(), f"{numero(1)}.pdf")
    other: list[dict[str, Any]] = []
    _before(monkeypatch, "_add_pdfs", lambda: other.append(office.take(import_id, begun).get_json()))
    answer = office.take(import_id, begun)
    assert (answer.status_code, answer.get_json()) == (200, other[0])
    assert other[0]["ready"] == 1


def test_a_file_given_up_while_it_is_checked_is_not_said_to_be_taken(
    office: ExamOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.register(1)
    import_id = office.create(source="pdf")
    begun = office.upload(import_id, pdf_of(), f"{numero(1)}.pdf")
    _before(monkeypatch, "_store_all", lambda: office.call("DELETE", f"/uploads/{id_of(begun)}", headers=VERSION))
    assert office.take(import_id, begun).status_code == 404
    assert office.call("GET", f"/imports/{import_id}").get_json()["ready"] == 0


def test_what_is_on_its_way_to_a_publication_given_up_is_given_up(office: ExamOffice) -> None:
    for _ in range(MOST + 1):
        import_id = office.create(source="pdf")
        assert office.call("POST", f"/imports/{import_id}/uploads", headers=ANNOUNCED).status_code == 201
        office.call("POST", f"/imports/{import_id}/abandonment")


@pytest.mark.engines("sqlite", "postgresql")
def test_files_begun_at_once_for_two_publications_are_no_more_than_one_may_have_on_the_way(
    office: ExamOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begin(import_id: str) -> int:
        return office.call("POST", f"/imports/{import_id}/uploads", headers=ANNOUNCED).status_code

    make_room, both_looked = Uploads._make_room, threading.Barrier(2)

    def looks(*given: Any) -> None:
        make_room(*given)
        with suppress(threading.BrokenBarrierError):
            both_looked.wait(0.5)

    imports = [office.create(source="pdf") for _ in range(MOST + 1)]
    assert [begin(import_id) for import_id in imports[2:]] == [201] * (MOST - 1)
    monkeypatch.setattr(Uploads, "_make_room", looks)
    with ThreadPoolExecutor(2) as senders:
        assert sorted(senders.map(begin, imports[:2])) == [201, 429]
