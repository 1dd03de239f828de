"""The scheduled jobs of a service that stores objects; a lease lets one of several workers run each."""

from collections.abc import Callable

from services.chassis.tasks.registry import Handlers
from services.objects.lifecycle import erase_expired
from services.objects.reconciliation import Reconciliation


def register(handlers: Handlers, reconciliation: Callable[[], Reconciliation]) -> None:
    """Adds `reconcile` and `erase-retired`, both daily."""

    @handlers.every(hours=24, name="reconcile")
    def reconcile_store() -> None:
        reconciliation().run()

    @handlers.every(hours=24, name="erase-retired")
    def erase_retired() -> None:
        current = reconciliation()
        erase_expired(current.db, current.store)
