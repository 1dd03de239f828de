"""Withdrawn candidatures are hidden, those set aside are not.

Events arrive in any order, so versions decide, never the time of arrival.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CandidatureEnd:
    """How a candidature ended: withdrawn, or set aside by its service gestionnaire."""

    version: int
    ecartee: bool

    def covers(self, saved_version: int) -> bool:
        """Whether that saved version had ended; a later one is active again."""
        return saved_version <= self.version


def is_hidden(saved_version: int, end: CandidatureEnd | None) -> bool:
    """Only withdrawn ones are: a candidate set aside did not ask for it, and may need to show what they registered."""
    return end is not None and end.covers(saved_version) and not end.ecartee


def is_ecartee(saved_version: int, end: CandidatureEnd | None) -> bool:
    return end is not None and end.covers(saved_version) and end.ecartee


def is_newer(version: int, stored: int | None) -> bool:
    """Whether a version is newer than the one stored here (None: none is)."""
    return stored is None or version > stored
