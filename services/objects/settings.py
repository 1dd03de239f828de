"""Settings of a service that keeps objects."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from flask import current_app

from services.chassis.settings import Secret, ServiceSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class ObjectSettings(ServiceSettings):
    objects_url: Secret
    """s3+http://key:secret@host:port/bucket: where the service's objects are kept."""
    kept_days: int = 35
    """How long a replaced, deleted or unknown object stays: longer than any backup of the database is kept."""

    def mistakes(self) -> list[str]:
        return super().mistakes() + ([] if self.kept_days > 0 else ["KEPT_DAYS: a number of days, at least 1"])


def kept_for() -> timedelta:
    """How long the running process keeps what is replaced, deleted or unknown; needs an application context."""
    settings: ObjectSettings = current_app.extensions["portail"]
    return timedelta(days=settings.kept_days)
