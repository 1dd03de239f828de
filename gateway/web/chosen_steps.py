"""Choosing domaine, exam, session and académie one after the other, in « Ouverture des services » and « M'inscrire ».

The choices are in the query string: they are no personal data, and a link or a reload keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping

STEPS = ("domaine", "exam", "session", "academie")


def chosen_steps(args: Mapping[str, str]) -> dict[str, str]:
    """The choices made so far, by step, up to the first that is missing or that « revenir » takes back."""
    chosen: dict[str, str] = {}
    for step in STEPS:
        if not args.get(step) or args.get("revenir") == step:
            break
        chosen[step] = args[step]
    return chosen
