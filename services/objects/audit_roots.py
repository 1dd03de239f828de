"""Roots of the audit trail in the object store, where who changes the database by hand does not reach them."""

from io import BytesIO

from services.objects.store import ObjectMissing, ObjectStore

AUDIT_ROOTS = "audit-roots/"


class RootsInStore:
    """One object a root."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, number: int, root: str) -> None:
        """Raises StoreUnavailable."""
        self._store.put(_key(number), BytesIO(root.encode()), len(root.encode()), "text/plain")

    def get(self, number: int) -> str | None:
        """Raises StoreUnavailable."""
        try:
            return self._store.read(_key(number)).decode()
        except ObjectMissing:
            return None


def _key(number: int) -> str:
    return f"{AUDIT_ROOTS}{number:08}"
