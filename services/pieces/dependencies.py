"""What operations need besides the database: the store, the antivirus, the inspections; built once
per process."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from services.chassis.process.capacity import thread_count
from services.chassis.process.places import Limit
from services.objects import ObjectStore
from services.pieces.antivirus import Antivirus
from services.pieces.inspection.inspections import Inspections
from services.pieces.operations.deposit_limits import MAX_CONCURRENT_DEPOSITS, too_many_at_once
from services.pieces.settings import PiecesSettings

_EXTENSION_KEY = "pieces.dependencies"


@dataclass(frozen=True)
class Dependencies:
    store: ObjectStore
    antivirus: Antivirus
    inspections: Inspections
    concurrent_deposits: Limit
    deposits_per_hour: int
    most_retired_bytes: int


def build(settings: PiecesSettings) -> Dependencies:
    return Dependencies(
        store=ObjectStore(settings.objects_url),
        antivirus=Antivirus(settings.antivirus_url),
        inspections=Inspections(settings.inspections_at_once),
        concurrent_deposits=Limit(
            "deposits",
            thread_count(),
            each=MAX_CONCURRENT_DEPOSITS,
            refusal_of_owner=too_many_at_once,
        ),
        deposits_per_hour=settings.deposits_per_hour,
        most_retired_bytes=settings.kept_megabytes_each * 1024 * 1024,
    )


def attach(app: Flask, dependencies: Dependencies) -> None:
    app.extensions[_EXTENSION_KEY] = dependencies


def prepare_store(app: Flask) -> None:
    """Create the bucket, where that is not done yet. Raises StoreUnavailable."""
    with app.app_context():
        dependencies().store.ensure_bucket()


def dependencies() -> Dependencies:
    """The dependencies of the running process; needs an application context."""
    return cast(Dependencies, current_app.extensions[_EXTENSION_KEY])
