"""The lines on top of every mail of an installation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Letterhead:
    """Who sends the mails of an installation. `demonstration`: they say that they are worth nothing."""

    institution: tuple[str, ...]
    service_title: str
    tagline: str
    demonstration: bool
