"""Files of an exam office on their way: what becomes of one that something happens to while it is checked."""

from typing import Any

import pytest

from services.contracts.document_rules import MAX_ARCHIVE_BYTES
from tests.documents.imports.exam_office import ExamOffice, meanwhile, numero, pdf_of
from tests.pieces.tus_client import VERSION, id_of

MOST = 5  # files of the largest size, as many as one may have on the way
ANNOUNCED = {**VERSION, "Upload-Length": str(MAX_ARCHIVE_BYTES)}


def test_the_same_call_given_meanwhile_is_answered_alike(office: ExamOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = office.create(source="pdf")
    begun = office.upload(import_id, pdf_of(), f"{numero(1)}.pdf")
    other: list[dict[str, Any]] = []
    meanwhile(monkeypatch, "_take_sending", lambda: other.append(office.take(import_id, begun).get_json()))
    answer = office.take(import_id, begun)
    assert (answer.status_code, answer.get_json()) == (202, other[0])
    assert other[0]["to_check"] == 1


def test_a_file_given_up_while_it_is_stored_is_not_taken(office: ExamOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = office.create(source="pdf")
    begun = office.upload(import_id, pdf_of(), f"{numero(1)}.pdf")
    meanwhile(monkeypatch, "store_upload", lambda: office.call("DELETE", f"/uploads/{id_of(begun)}", headers=VERSION))
    assert office.take(import_id, begun).status_code == 404
    assert (office.read(import_id)["to_check"], office.service.keys()) == (0, [])


def test_one_has_so_many_files_on_the_way_and_those_to_a_publication_given_up_are_given_up(office: ExamOffice) -> None:
    def begin(import_id: str) -> int:
        return office.call("POST", f"/imports/{import_id}/uploads", headers=ANNOUNCED).status_code

    imports = [office.create(source="pdf") for _ in range(MOST + 1)]
    assert [begin(import_id) for import_id in imports] == [201] * MOST + [429]
    office.call("POST", f"/imports/{imports[0]}/abandonment")
    assert begin(imports[-1]) == 201
