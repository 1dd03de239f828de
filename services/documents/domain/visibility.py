"""Withdrawn candidatures are hidden, those set aside are not.

Events come in any order, so versions decide, never arrival.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class End:
    """How a candidature ended: withdrawn, or set aside by its service gestionnaire."""

    version: int
    ecartee: bool

    def covers(self, saved_version: int) -> bool:
        """What is saved after it stands again."""
        return saved_version <= self.version


def is_hidden(saved_version: int, end: End | None) -> bool:
    """Who is set aside has not asked for it, and may have to show what he had registered: his documents stay."""
    return end is not None and end.covers(saved_version) and not end.ecartee


def is_ecartee(saved_version: int, end: End | None) -> bool:
    return end is not None and end.covers(saved_version) and end.ecartee


def replaces(version: int, known: int | None) -> bool:
    """Whether a saved version is news to our copy of the candidature."""
    return known is None or version > known
