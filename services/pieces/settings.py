"""Settings of pieces, from the environment alone."""

from __future__ import annotations

import dataclasses

from services.chassis.settings import Secret, ServiceSettings
from services.pieces.antivirus import address_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class PiecesSettings(ServiceSettings):
    objects_url: Secret
    """s3+http://key:secret@host:port/bucket: where deposited files are kept."""
    antivirus_url: str
    """tcp://host:port of a clamd, or « none »: said outright, so that no antivirus is off by oversight."""

    def mistakes(self) -> list[str]:
        found = super().mistakes()
        try:
            address_of(self.antivirus_url)
        except ValueError as error:
            found.append(f"ANTIVIRUS_URL: {error}")
        return found
