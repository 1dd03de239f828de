"""Rules K2 to K10, K14 and K15 as named functions, which an exam's `rules:` list selects
(docs/rules.md).

K1 (exclusivity), K11 (structure), K12 (mode) and K13 (pièces) apply to every exam and are not
listed.
"""

from services.registrations.domain.rules import acquis, choices  # each registers its own
from services.registrations.domain.rules.registry import (
    ERROR,
    RULES,
    WARNING,
    apply,
    in_force,
    problems,
    reasons,
)

__all__ = [
    "ERROR",
    "RULES",
    "WARNING",
    "acquis",
    "apply",
    "choices",
    "in_force",
    "problems",
    "reasons",
]
