"""Objects (deposited files, rendered documents) in an S3 store, and the rows that name them by
their keys: in doubt an object is kept (docs/decisions/0012-objects.md)."""

from services.objects.lifecycle import (
    discard,
    operation_naming,
    put_verified,
    retire,
    retire_for_good,
)
from services.objects.store import (
    BytesChanged,
    ContentDigest,
    ObjectMissing,
    ObjectStore,
    StoreUnavailable,
)
from services.objects.tables import ObjectKey, ObjectTables

__all__ = [
    "BytesChanged",
    "ContentDigest",
    "ObjectKey",
    "ObjectMissing",
    "ObjectStore",
    "ObjectTables",
    "StoreUnavailable",
    "discard",
    "operation_naming",
    "put_verified",
    "retire",
    "retire_for_good",
]
