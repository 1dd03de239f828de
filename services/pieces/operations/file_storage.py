"""Writes a deposited file to the object store, under a new key, before any row names it."""

from __future__ import annotations

import structlog

from services.objects import BytesChanged, ObjectStore, StoreUnavailable, put_verified
from services.pieces.domain import refusals
from services.pieces.domain.files import DepositKey
from services.pieces.operations.received_files import ReceivedFile

log = structlog.get_logger()


def store_file(store: ObjectStore, key: DepositKey, file: ReceivedFile, media_type: str) -> None:
    """Write the file and compare it with what is read back.

    Raises Unavailable, with no object left behind, where the store is down or gives back other bytes.
    """
    try:
        put_verified(store, str(key), file.content, file.stored, media_type)
    except StoreUnavailable as error:
        log.warning("store_unavailable", reason=str(error))
        raise refusals.store_unavailable_on_write() from error
    except BytesChanged as error:
        log.error("store_changed_bytes", key=str(key))
        raise refusals.store_unavailable_on_write() from error
