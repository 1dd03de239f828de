"""Keeping what one holds while a long handler runs: a lease or claim is renewed by a thread beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import structlog
from flask import Flask, current_app, has_app_context

from services.chassis.reasons import reason_of

log = structlog.get_logger()


@contextmanager
def kept(renew: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call `renew` every `seconds` while the block runs, in the block's application context if there is one.

    After the block no renewal is under way any more. One that fails is tried again at its next time.
    """
    ended = threading.Event()
    app: Flask | None = current_app._get_current_object() if has_app_context() else None  # type: ignore[attr-defined]

    def keep() -> None:
        while not ended.wait(seconds):
            try:
                with app.app_context() if app else nullcontext():
                    renew()
            except Exception as error:
                log.warning("lease_not_renewed", reason=reason_of(error))

    keeper = threading.Thread(target=keep, name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
