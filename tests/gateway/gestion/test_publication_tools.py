"""Tools publish through the gateway's API; their files pass in parts, up to a size of their own."""

from __future__ import annotations

import pytest
import requests

from gateway.clients.file_uploads import VERSION, upload_metadata
from services.contracts.api.uploads import UPLOAD_PART_TYPE
from services.contracts.document_rules import MAX_ARCHIVE_BYTES
from services.contracts.piece_rules import MAX_UPLOAD_PART_BYTES
from tests.documents.imports.exam_office import NEW
from tests.gateway.gestion.people import StaffFactory
from tests.support.in_process_four_services import InProcessFourServices
from tests.tools.tool import tool_token

SECONDS = 120


@pytest.fixture
def api(running: InProcessFourServices) -> requests.Session:
    """As a gestionnaire's tool calls it."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {tool_token(running, StaffFactory(running).account('03'))}"
    return session


@pytest.fixture
def new_import(api: requests.Session, running: InProcessFourServices) -> str:
    """The address of a new import of PDFs."""
    root = f"{running.url}/api/documents/v1/imports"
    new = api.post(root, json={**NEW, "source": "pdf"}, timeout=SECONDS)
    assert new.status_code == 201, new.text
    return f"{root}/{new.json()['id']}"


def announce(api: requests.Session, new_import: str, length: int) -> requests.Response:
    headers = {**VERSION, "Upload-Length": str(length), "Upload-Metadata": upload_metadata("lot.zip")}
    return api.post(f"{new_import}/uploads", headers=headers, timeout=SECONDS)


def test_a_tool_uploads_as_many_bytes_as_documents_takes_and_has_them_taken(
    api: requests.Session, new_import: str, running: InProcessFourServices
) -> None:
    begun = announce(api, new_import, MAX_ARCHIVE_BYTES)
    address = f"{running.url}{begun.headers['Location']}"
    for start in range(0, MAX_ARCHIVE_BYTES, MAX_UPLOAD_PART_BYTES):
        headers = {**VERSION, "Content-Type": UPLOAD_PART_TYPE, "Upload-Offset": str(start)}
        sent = api.patch(address, data=bytes(MAX_UPLOAD_PART_BYTES), headers=headers, timeout=SECONDS)
        assert sent.status_code == 204, sent.text
    state = api.head(address, headers=VERSION, timeout=SECONDS)
    assert state.headers["Upload-Offset"] == state.headers["Upload-Length"] == str(MAX_ARCHIVE_BYTES)
    uploads = {"uploads": [address.rpartition("/")[2]]}
    taken = api.post(f"{new_import}/files", json=uploads, timeout=SECONDS)
    assert taken.status_code == 200, taken.text
    assert taken.json()["refused"] == 1, "documents has read it, and found no PDF of a candidate"
    assert api.post(f"{new_import}/files", json=uploads, timeout=SECONDS).json()["revision"] == 1, "taken once"
