"""gunicorn keeps connections alive beyond those whose request it answers, however many threads operators give it."""

from __future__ import annotations

import pytest

from services.chassis.web.gunicorn_server import connection_count


@pytest.mark.parametrize("threads", [1, 64, 256, 512, 1024])
def test_as_many_connections_wait_as_threads_answer(threads: int) -> None:
    assert connection_count(threads) >= 2 * threads
