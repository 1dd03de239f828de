"""Objects (uploads, rendered documents) in an S3 store, and the rows that name them.

No transaction spans rows and objects, so every doubt is settled in favour of keeping: what a row may name stays, what
is replaced stays for KEPT_DAYS, what no row names is set apart by a job and deleted by a person alone.
"""

from services.objects.lifecycle import discard, operation_naming, put_verified, retire
from services.objects.store import BytesChanged, ObjectMissing, ObjectStore, Stored, StoreUnavailable
from services.objects.tables import ObjectKey, ObjectTables

__all__ = [
    "BytesChanged",
    "ObjectKey",
    "ObjectMissing",
    "ObjectStore",
    "ObjectTables",
    "StoreUnavailable",
    "Stored",
    "discard",
    "operation_naming",
    "put_verified",
    "retire",
]
