"""What a candidate's browser does to send a file in parts, by tus 1.0.0."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.test import TestResponse

from services.contracts.api.uploads import TUS_VERSION, UPLOAD_PART_TYPE
from services.contracts.piece_rules import MAX_UPLOAD_PART_BYTES

if TYPE_CHECKING:
    from tests.pieces.pieces_service import PiecesService

PART = 64 * 1024
VERSION = {"Tus-Resumable": TUS_VERSION}
Call = Callable[..., TestResponse]
"""(method, path), and what the test client takes."""


def send_file(call: Call, piece_id: str, content: bytes, name: str) -> TestResponse:
    """Send a file and make it the piece's; the first answer that refuses, else the last one."""
    begun = send_upload(call, f"/pieces/{piece_id}/uploads", content, name)
    return (
        begun
        if begun.status_code != 201
        else take_upload(call, f"/pieces/{piece_id}/deposit", begun)
    )


def send_upload(call: Call, path: str, content: bytes, name: str) -> TestResponse:
    """Announce a file and, unless that is refused, send it; the answer to the announcement."""
    begun = _announce(call, path, len(content), name)
    for start in range(0, len(content) if begun.status_code == 201 else 0, MAX_UPLOAD_PART_BYTES):
        part = content[start : start + MAX_UPLOAD_PART_BYTES]
        headers = {**VERSION, "Content-Type": UPLOAD_PART_TYPE, "Upload-Offset": str(start)}
        assert (
            call("PATCH", f"/uploads/{id_of(begun)}", data=part, headers=headers).status_code == 204
        )
    return begun


def _announce(
    call: Call, path: str, length: int | str, name: str, headers: dict[str, str] | None = None
) -> TestResponse:
    metadata = f"filename {base64.b64encode(name.encode()).decode()}"
    own = {**VERSION, "Upload-Length": str(length), "Upload-Metadata": metadata}
    return call("POST", path, headers={**own, **(headers or {})})


def take_upload(call: Call, path: str, begun: TestResponse) -> TestResponse:
    return call("POST", path, json={"uploads": [id_of(begun)]})


def id_of(begun: TestResponse) -> str:
    return begun.headers["Location"].rpartition("/")[2]


def announce(
    service: PiecesService, code: str, length: int | str, name: str = "carte.pdf", **how: Any
) -> TestResponse:
    """Announce a file; the response."""
    return _announce(
        service.call, f"/pieces/{service.piece(code)['id']}/uploads", length, name, **how
    )


def begin_upload(service: PiecesService, code: str, length: int, name: str = "carte.pdf") -> str:
    """The id of a new upload."""
    answer = announce(service, code, length, name)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"].startswith("/v1/uploads/")
    return id_of(answer)


def send_part(
    service: PiecesService, upload_id: str, offset: int | str, content: bytes, **options: Any
) -> TestResponse:
    headers = {
        **VERSION,
        "Upload-Offset": str(offset),
        "Content-Type": UPLOAD_PART_TYPE,
        **options.pop("headers", {}),
    }
    return service.call("PATCH", f"/uploads/{upload_id}", data=content, headers=headers, **options)


def upload_state(service: PiecesService, upload_id: str, **options: Any) -> TestResponse:
    return service.call("HEAD", f"/uploads/{upload_id}", headers=VERSION, **options)


def read_offset(service: PiecesService, upload_id: str) -> int:
    answer = upload_state(service, upload_id)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def send_rest(
    service: PiecesService, upload_id: str, content: bytes, until: int | None = None
) -> None:
    """Send the bytes that the service has not yet, up to `until` (by default the end)."""
    end = len(content) if until is None else until
    for at in range(read_offset(service, upload_id), end, PART):
        answer = send_part(service, upload_id, at, content[at : min(at + PART, end)])
        assert answer.status_code == 204, answer.text


def upload_file(service: PiecesService, code: str, content: bytes, name: str = "carte.pdf") -> str:
    """The id of an upload that has all its bytes."""
    return id_of(
        send_upload(service.call, f"/pieces/{service.piece(code)['id']}/uploads", content, name)
    )


def deposit_uploads(
    service: PiecesService, code: str, *upload_ids: str, **options: Any
) -> TestResponse:
    path = f"/pieces/{service.piece(code)['id']}/deposit"
    return service.call("POST", path, json={"uploads": list(upload_ids)}, **options)
