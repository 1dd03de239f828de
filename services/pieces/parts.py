"""What operations need besides the database, built once per process from its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from services.chassis.process.concurrency import Places
from services.objects import ObjectStore, installation
from services.pieces.antivirus import Antivirus
from services.pieces.inspection.processes import Inspections
from services.pieces.models import db
from services.pieces.operations.limits import places
from services.pieces.settings import PiecesSettings

_KEY = "pieces.parts"


@dataclass(frozen=True)
class Parts:
    store: ObjectStore
    antivirus: Antivirus
    inspections: Inspections
    places: Places
    deposits_per_hour: int


def build(settings: PiecesSettings) -> Parts:
    return Parts(
        store=ObjectStore(settings.objects_url),
        antivirus=Antivirus(settings.antivirus_url),
        inspections=Inspections(settings.inspections_at_once),
        places=places(),
        deposits_per_hour=settings.deposits_per_hour,
    )


def attach(app: Flask, parts: Parts) -> None:
    app.extensions[_KEY] = parts


def prepare_store(app: Flask) -> None:
    """Where objects are kept, marked as this database's own; nothing happens when it is. Raises StoreUnavailable."""
    with app.app_context():
        parts().store.ensure_bucket()
        installation.mark(db, parts().store)


def parts() -> Parts:
    """Those of the running process; needs an application context."""
    return cast(Parts, current_app.extensions[_KEY])
