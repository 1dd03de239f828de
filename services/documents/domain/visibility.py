"""Withdrawn candidatures are hidden; events come in any order, so versions decide, never arrival."""

from __future__ import annotations


def is_hidden(saved_version: int, withdrawn_version: int | None) -> bool:
    """A withdrawal hides what was saved up to its version; what is saved after it shows again."""
    return withdrawn_version is not None and saved_version <= withdrawn_version


def replaces(version: int, known: int | None) -> bool:
    """Whether a saved version is news to our copy of the candidature."""
    return known is None or version > known
