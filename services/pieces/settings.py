"""Settings of pieces, from the environment alone."""

from __future__ import annotations

import dataclasses

from services.objects.settings import ObjectSettings
from services.pieces.antivirus import address_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class PiecesSettings(ObjectSettings):
    antivirus_url: str
    """tcp://host:port of a clamd, or « none »: said outright, so that no antivirus is off by oversight."""

    deposits_per_hour: int = 120
    """Files that one candidate may send within an hour, refused ones included."""
    inspections_at_once: int = 2
    """Files that this process has looked at at once, first and longer looks, by processes of up to 504 MiB each."""

    def mistakes(self) -> list[str]:
        found = super().mistakes()
        try:
            address_of(self.antivirus_url)
        except ValueError as error:
            found.append(f"ANTIVIRUS_URL: {error}")
        for name, least in (("deposits_per_hour", 1), ("inspections_at_once", 2)):
            if getattr(self, name) < least:
                found.append(f"{name.upper()}: a number, at least {least}")
        return found
