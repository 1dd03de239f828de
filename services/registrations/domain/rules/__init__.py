"""K2 to K10 and K14 as named functions that an exam's `rules:` list picks.

K1 (exclusivity), K11 (structure), K12 (mode) and K13 (pièces) are derived for every exam and need no listing.
"""

from services.registrations.domain.rules import acquis, epreuve_choices, prerequisites, qualification
from services.registrations.domain.rules.registry import ERROR, RULES, WARNING, Rule, apply, in_force, problems

__all__ = [
    "ERROR",
    "RULES",
    "WARNING",
    "Rule",
    "acquis",
    "apply",
    "epreuve_choices",
    "in_force",
    "prerequisites",
    "problems",
    "qualification",
]
