"""A candidate's browser that sends a file in parts, as tus 1.0.0 has it."""

from __future__ import annotations

import base64
from typing import Any

from werkzeug.test import TestResponse

from tests.pieces.pieces_service import Portal

PART = 64 * 1024
VERSION = {"Tus-Resumable": "1.0.0"}


def announced(portal: Portal, code: str, length: int | str, name: str = "carte.pdf", **given: Any) -> TestResponse:
    """The answer to the announcement of a file."""
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    headers = {**VERSION, "Upload-Length": str(length), "Upload-Metadata": metadata, **given.pop("headers", {})}
    piece_id = given.pop("piece_id", None) or portal.piece(code)["id"]
    return portal.call("POST", f"/pieces/{piece_id}/uploads", headers=headers, **given)


def begun(portal: Portal, code: str, length: int, name: str = "carte.pdf") -> str:
    """The id of a new upload."""
    answer = announced(portal, code, length, name)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].startswith("/v1/uploads/")
    return answer.headers["Location"].rpartition("/")[2]


def sent(portal: Portal, upload_id: str, offset: int | str, content: bytes, **given: Any) -> TestResponse:
    headers = {
        **VERSION,
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
        **given.pop("headers", {}),
    }
    return portal.call("PATCH", f"/uploads/{upload_id}", data=content, headers=headers, **given)


def state(portal: Portal, upload_id: str, **given: Any) -> TestResponse:
    return portal.call("HEAD", f"/uploads/{upload_id}", headers=VERSION, **given)


def offset(portal: Portal, upload_id: str) -> int:
    answer = state(portal, upload_id)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def go_on(portal: Portal, upload_id: str, content: bytes, until: int | None = None) -> None:
    """Send what is missing, from where the service says that it is."""
    end, at = len(content) if until is None else until, offset(portal, upload_id)
    while at < end:
        answer = sent(portal, upload_id, at, content[at : min(at + PART, end)])
        assert answer.status_code == 204, answer.text
        at = int(answer.headers["Upload-Offset"])


def uploaded(portal: Portal, code: str, content: bytes, name: str = "carte.pdf") -> str:
    """The id of an upload that has all its bytes."""
    upload_id = begun(portal, code, len(content), name)
    go_on(portal, upload_id, content)
    return upload_id


def deposited(portal: Portal, code: str, *upload_ids: str, **given: Any) -> TestResponse:
    path = f"/pieces/{portal.piece(code)['id']}/deposit"
    return portal.call("POST", path, json={"uploads": list(upload_ids)}, **given)
