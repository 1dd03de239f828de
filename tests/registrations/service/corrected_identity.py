"""An identity that staff corrected."""

from typing import Any

from flask import Flask

from services.contracts.accounts import Identity, IdentityCorrected
from services.registrations.handlers import registry
from tests.support import tokens
from tests.support.service_worker import deliver_event

CORRECTED: dict[str, Any] = {**tokens.DUBOIS, "version": 5, "nom_famille": "DUPOND"}


def correct_identity(app: Flask) -> None:
    deliver_event(
        app, registry, IdentityCorrected("pierre", Identity(**CORRECTED), "Nom mal orthographié")
    )
