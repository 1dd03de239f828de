"""Settings of pieces, from the environment alone."""

from __future__ import annotations

import dataclasses

from services.chassis.objects.settings import ObjectSettings
from services.pieces.antivirus import address_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class PiecesSettings(ObjectSettings):
    antivirus_url: str
    """tcp://host:port of a clamd, or « none »: said outright, so that no antivirus is off by oversight."""

    def mistakes(self) -> list[str]:
        found = super().mistakes()
        try:
            address_of(self.antivirus_url)
        except ValueError as error:
            found.append(f"ANTIVIRUS_URL: {error}")
        return found
