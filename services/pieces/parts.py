"""What operations need besides the database, built once per process from its settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from services.chassis.objects import ObjectStore
from services.pieces.antivirus import Antivirus
from services.pieces.settings import PiecesSettings

_KEY = "pieces.parts"


@dataclass(frozen=True)
class Parts:
    store: ObjectStore
    antivirus: Antivirus


def build(settings: PiecesSettings) -> Parts:
    return Parts(store=ObjectStore(settings.objects_url), antivirus=Antivirus(settings.antivirus_url))


def attach(app: Flask, parts: Parts) -> None:
    app.extensions[_KEY] = parts


def make_bucket(app: Flask) -> None:
    """Where objects are kept; nothing happens when it is there. Raises StoreUnavailable."""
    with app.app_context():
        parts().store.ensure_bucket()


def parts() -> Parts:
    """Those of the running process; needs an application context."""
    return cast(Parts, current_app.extensions[_KEY])
