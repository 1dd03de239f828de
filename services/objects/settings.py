"""Settings of a service that stores objects."""

import dataclasses

from services.chassis.settings import Secret, ServiceSettings


@dataclasses.dataclass(frozen=True, kw_only=True)
class ObjectSettings(ServiceSettings):
    objects_url: Secret
    """s3+http://key:secret@host:port/bucket: where the service's objects are stored."""
    kept_days: int = 35
    """Days that a replaced or deleted object stays: longer than any backup of the database is
    kept."""

    def mistakes(self) -> list[str]:
        return super().mistakes() + (
            [] if self.kept_days > 0 else ["KEPT_DAYS: a number of days, at least 1"]
        )
