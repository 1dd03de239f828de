"""What readiness says of the antivirus."""

from __future__ import annotations

import socket
import time

from services.pieces.antivirus import Antivirus
from tests.support.clamav import ClamAV


def test_a_silent_antivirus_is_found_out_in_time_for_a_probe() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        begun = time.monotonic()
        assert Antivirus(f"tcp://127.0.0.1:{listener.getsockname()[1]}").check() == "unreachable"
        assert time.monotonic() - begun < 2.5


def test_an_antivirus_that_answers_is_well(clamav: ClamAV) -> None:
    assert Antivirus(clamav.url).check() is None
