"""gunicorn keeps connections alive beyond those whose request it answers, as far as the process may open files."""

from __future__ import annotations

import pytest

from services.chassis.web.gunicorn_server import LEAST_CONNECTIONS, connection_count

MANY_FILES = 1_000_000


@pytest.mark.parametrize("threads", [1, 256, 257, 1024])
def test_as_many_connections_wait_as_threads_answer(threads: int) -> None:
    assert connection_count(threads, MANY_FILES) >= 2 * threads


def test_half_of_the_files_are_left_to_what_threads_open() -> None:
    assert connection_count(1024, files=1024) == LEAST_CONNECTIONS
    assert connection_count(1024, files=3000) == 1500
