"""Objects of deposits: written under a random key, read back, and dropped where no row will name them."""

from __future__ import annotations

import uuid

import structlog

from services.chassis.clock import system_now
from services.chassis.objects import ObjectStore, Stored, StoreUnavailable
from services.pieces.domain import refusals
from services.pieces.operations.receiving import Received

log = structlog.get_logger()

PREFIX = "pieces"


def keep(store: ObjectStore, file: Received, media_type: str) -> str:
    """The key under which the store holds the file, once what it gives back is what it was given.

    Raises Unavailable, with nothing kept, where the store is down or changes bytes.
    """
    # The day in the key lets the nightly job tell a leftover from an object whose row is about to be committed.
    key = f"{PREFIX}/{system_now():%Y%m%d}/{uuid.uuid4().hex}"
    try:
        stored = store.put(key, file.content, file.size, media_type)
    except StoreUnavailable as error:
        log.warning("store_unavailable", reason=str(error))
        discard(store, key)
        raise refusals.store_down() from error
    if stored != Stored(file.size, file.sha256):
        log.error("store_changed_bytes", key=key)
        discard(store, key)
        raise refusals.store_down()
    return key


def discard(store: ObjectStore, key: str) -> None:
    """Delete an object that no row names; what cannot be deleted now is found by the nightly job."""
    try:
        store.delete(key)
    except StoreUnavailable:
        log.warning("object_left_behind", key=key)


def day_of(key: str) -> str | None:
    """The day in one of our keys (20211004); None for what is not ours."""
    parts = key.split("/")
    return parts[1] if len(parts) == 3 and parts[0] == PREFIX else None
