"""Settings of pieces, from the environment alone."""

import dataclasses

from services.objects.store import ObjectSettings
from services.pieces.antivirus import address_of


@dataclasses.dataclass(frozen=True, kw_only=True)
class PiecesSettings(ObjectSettings):
    antivirus_url: str
    """tcp://host:port of a clamd, or « none »: there is no default, so that none is off by
    oversight."""

    deposits_per_hour: int = 120
    """Files that one candidate may deposit within an hour, refused ones included; so many uploads
    may begin, at least (`uploads_per_hour` in operations/deposit_limits.py)."""
    kept_megabytes_each: int = 200
    """Of the files that one candidate replaced or deleted and that are kept for some time."""
    inspections_at_once: int = 2
    """Files that are inspected at the same time for this process, each by a process within LIMITS
    of inspection/inspections.py; 2 at least."""

    def mistakes(self) -> list[str]:
        mistakes = super().mistakes()
        try:
            address_of(self.antivirus_url)
        except ValueError as error:
            mistakes.append(f"ANTIVIRUS_URL: {error}")
        for name, minimum in (
            ("deposits_per_hour", 1),
            ("kept_megabytes_each", 5),
            ("inspections_at_once", 2),
        ):
            if getattr(self, name) < minimum:
                mistakes.append(f"{name.upper()}: a number, at least {minimum}")
        return mistakes
