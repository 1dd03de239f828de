"""Choosing in turn domaine, exam, session and académie, for « Ouverture des services » and « M'inscrire » alike.

The choices are in the address: they say nothing of the person, and a link or a reload keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping

STEPS = ("domaine", "exam", "session", "academie")


def chosen(args: Mapping[str, str]) -> dict[str, str]:
    """The choices made so far, in order; what follows a missing one does not count, nor what is taken back."""
    kept: dict[str, str] = {}
    for step in STEPS:
        if not args.get(step) or args.get("revenir") == step:
            break
        kept[step] = args[step]
    return kept
