"""A host whose addresses a test chooses."""

import socket
from typing import Any

import pytest

NAME = "service.test"


def resolve_to(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    real = socket.getaddrinfo

    def resolve(host: Any, asked: Any, *args: Any, **options: Any) -> list[Any]:
        if host != NAME:
            return real(host, asked, *args, **options)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, asked)) for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
