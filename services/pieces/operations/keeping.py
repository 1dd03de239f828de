"""The object of a deposit: written under a key of its own and read back before any row names it."""

from __future__ import annotations

import structlog

from services.objects import BytesChanged, ObjectStore, StoreUnavailable, put_verified
from services.pieces.domain import refusals
from services.pieces.domain.object_keys import DepositKey
from services.pieces.operations.receiving import Received

log = structlog.get_logger()


def keep(store: ObjectStore, key: DepositKey, file: Received, media_type: str) -> None:
    """Store the file. Raises Unavailable, with nothing left behind, where the store is down or changes bytes."""
    try:
        put_verified(store, str(key), file.content, file.stored, media_type)
    except StoreUnavailable as error:
        log.warning("store_unavailable", reason=str(error))
        raise refusals.store_down() from error
    except BytesChanged as error:
        log.error("store_changed_bytes", key=str(key))
        raise refusals.store_down() from error
