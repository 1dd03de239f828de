"""Tools publish through the gateway's API; their files pass, up to a size of their own."""

from __future__ import annotations

import http.client
import json
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import requests

from gateway.api.limits import max_file_bytes
from gateway.web.justificatifs.file_reception import STAFF_UPLOADS_AT_ONCE, TOO_MANY_IN_ALL
from services.chassis.french import file_size
from services.contracts.document_rules import MAX_ARCHIVE_BYTES, MAX_CSV_BYTES
from tests.documents.imports.exam_office import NEW
from tests.gateway.gestion.people import StaffFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.tools.tool import tool_token

ID = "0" * 32
SECONDS = 120


@pytest.fixture
def api(running: InProcessFourServices) -> requests.Session:
    """As a gestionnaire's tool calls it."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {tool_token(running, StaffFactory(running).account('03'))}"
    return session


@pytest.fixture
def pdfs(api: requests.Session, running: InProcessFourServices) -> str:
    """Where the PDFs of a new import are sent."""
    root = f"{running.url}/api/documents/v1/imports"
    new = api.post(root, json={**NEW, "source": "pdf"}, timeout=SECONDS)
    assert new.status_code == 201, new.text
    return f"{root}/{new.json()['id']}/pdfs"


def send(api: requests.Session, address: str, content: bytes) -> requests.Response:
    return api.put(
        address,
        data=content,
        headers={"Content-Disposition": 'attachment; filename="lot.zip"', "Content-Type": "application/octet-stream"},
        timeout=SECONDS,
    )


def test_as_many_bytes_of_pdfs_as_documents_takes_reach_it(api: requests.Session, pdfs: str) -> None:
    answer = send(api, pdfs, bytes(MAX_ARCHIVE_BYTES))
    assert answer.status_code == 200, answer.text
    assert answer.json()["refused"] == 1, "documents has read it, and found no PDF of a candidate"


def test_a_byte_more_is_refused_with_the_size_that_may_be(api: requests.Session, pdfs: str) -> None:
    address = urlsplit(pdfs)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=SECONDS)
    headers = {"Content-Length": str(MAX_ARCHIVE_BYTES + 1), "Authorization": str(api.headers["Authorization"])}
    connection.request("PUT", address.path, headers=headers)  # no more than its head
    answer = connection.getresponse()
    assert answer.status == 413
    assert f"La taille d'un envoi ne doit pas excéder {file_size(MAX_ARCHIVE_BYTES)}" in json.load(answer)["detail"]


def test_tools_share_the_few_places_of_large_files_with_pages(
    api: requests.Session, pdfs: str, running: InProcessFourServices
) -> None:
    places = running.gateway.app.extensions["staff_uploads"]
    with ExitStack() as held:
        for number in range(STAFF_UPLOADS_AT_ONCE):
            held.enter_context(places.place(f"page {number}"))
        refused = send(api, pdfs, b"x")
    assert (refused.status_code, refused.json()["detail"]) == (503, TOO_MANY_IN_ALL)
    assert int(refused.headers["Retry-After"]) > 0
    assert send(api, pdfs, b"x").status_code == 200


def test_each_file_of_an_import_has_the_size_that_documents_takes_and_other_paths_take_no_file() -> None:
    sizes = [max_file_bytes("documents", f"imports/{ID}/{kind}") for kind in ("csv", "pdfs")]
    assert sizes == [MAX_CSV_BYTES, MAX_ARCHIVE_BYTES]
    for service, path in (
        ("documents", "imports"),
        ("documents", f"imports/{ID}/publication"),
        ("documents", "imports/x/csv"),
        ("pieces", f"imports/{ID}/csv"),
        ("documents", f"imports/{ID}/csv/autre"),
    ):
        assert max_file_bytes(service, path) is None, (service, path)
