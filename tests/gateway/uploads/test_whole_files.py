"""Files that came with one form: how the gateway sends them on."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gateway.clients.base import ServiceClient
from gateway.clients.file_uploads import ReceivedFile, send_files
from services.chassis.errors import Unavailable
from services.contracts.api.pieces import uploads


class SilentAfterUploads:
    """A service that takes what is sent and then answers no more."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def exchange(self, operation: Any, *_: Any, **__: Any) -> Any:
        self.asked.append(operation.method)
        if operation is uploads.abandon:
            raise Unavailable()
        return SimpleNamespace(headers={"Location": "/v1/uploads/a"})


def test_a_service_that_falls_silent_is_asked_once_to_forget_the_uploads() -> None:
    """Each question waits for its whole time: twelve of them would hold the page for minutes."""

    def take(_: list[str]) -> None:
        raise Unavailable()

    service, files = SilentAfterUploads(), [ReceivedFile("a.jpg", io.BytesIO(b"a"), 1) for _ in range(12)]
    with pytest.raises(Unavailable):
        send_files(cast(ServiceClient, service), "token", uploads, files, take, piece_id="1")
    assert service.asked == ["POST", "PATCH"] * 12 + ["DELETE"]
