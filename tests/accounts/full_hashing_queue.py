"""Fills the hashing queue of accounts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from services.accounts.dependencies import dependencies

MAX_SECONDS = 240.0


@contextmanager
def occupy_hashing_turns(app: Flask) -> Iterator[None]:
    """Every turn at hashing is taken by other threads while the block runs."""
    over, turns = threading.Event(), threading.Semaphore(0)

    def take() -> None:
        with app.app_context(), dependencies().password_hasher.turn():
            turns.release()
            over.wait(MAX_SECONDS)

    with app.app_context():
        threads = [threading.Thread(target=take) for _ in range(dependencies().password_hasher.at_once)]
    for thread in threads:
        thread.start()
    assert all(turns.acquire(timeout=MAX_SECONDS) for _ in threads)
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
