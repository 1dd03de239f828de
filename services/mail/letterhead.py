"""What stands on top of every mail."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Letterhead:
    """Who writes, on top of every mail of an installation; outside production it says that nothing here is real."""

    institution: tuple[str, ...]
    service_title: str
    tagline: str
    demonstration: bool
